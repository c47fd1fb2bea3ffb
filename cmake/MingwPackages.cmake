# SPDX-License-Identifier: MIT
# Packages for the preset mingw. What Portolan needs of each of them are headers, and those of the building system serve,
# through a folder that holds links to just them: with the whole of /usr/include its C library would come along.
set(portolan_header_folder ${CMAKE_BINARY_DIR}/headers/include)

# portolan_headers(<folder of /usr/include> [<imported target>])
function(portolan_headers folder)
  if(NOT EXISTS /usr/include/${folder})
    message(FATAL_ERROR "/usr/include/${folder} is missing; scripts/setup build installs it")
  endif()
  file(MAKE_DIRECTORY ${portolan_header_folder})
  file(CREATE_LINK /usr/include/${folder} ${portolan_header_folder}/${folder} SYMBOLIC)
  foreach(target IN LISTS ARGN)
    add_library(${target} INTERFACE IMPORTED GLOBAL)
    target_include_directories(${target} INTERFACE ${portolan_header_folder})
  endforeach()
endfunction()

portolan_headers(boost Boost::headers)
portolan_headers(fmt fmt::fmt)
target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY)
portolan_headers(nlohmann nlohmann_json::nlohmann_json)
portolan_headers(CLI CLI11::CLI11)
portolan_headers(toml++)

# Answers find_package() for those; any other package is looked for as usual.
macro(portolan_provide_package method package)
  if("${package}" MATCHES "^(Boost|fmt|nlohmann_json|CLI11)$")
    set(${package}_FOUND TRUE)
  endif()
endmacro()
cmake_language(SET_DEPENDENCY_PROVIDER portolan_provide_package SUPPORTED_METHODS FIND_PACKAGE)
