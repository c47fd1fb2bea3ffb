# SPDX-License-Identifier: MIT
# Packages for the preset mingw. What Portolan needs of most of them are headers, and those of the building system serve,
# through a folder that holds links to just them: with the whole of /usr/include its C library would come along. What has to be
# compiled is compiled from the sources that scripts/sources has fetched.
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
portolan_headers(pcap)

# portolan_source_library(<imported target> <folder of build/sources> [<usage requirement>...])
#
# The library is linked as a file, and so is no part of what Portolan installs.
function(portolan_source_library target folder)
  set(sources_folder ${CMAKE_SOURCE_DIR}/build/sources/${folder})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${sources_folder}/*.cpp)
  if(NOT sources)
    message(FATAL_ERROR "${sources_folder} is missing; scripts/setup windows fetches it")
  endif()
  set(library mingw_${folder})
  add_library(${library} STATIC ${sources})
  target_link_libraries(${library} PRIVATE Boost::headers)
  target_include_directories(${library} PRIVATE ${sources_folder})
  target_compile_definitions(${library} PRIVATE BOOST_URL_SOURCE)
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_link_libraries(${target} INTERFACE $<TARGET_FILE:${library}>)
  add_dependencies(${target} ${library})
endfunction()

# Answers find_package() for those; any other package is looked for as usual.
macro(portolan_provide_package method package)
  if("${package}" MATCHES "^(Boost|fmt|nlohmann_json|CLI11|pugixml)$")
    set(${package}_FOUND TRUE)
  endif()
  if("${package}" STREQUAL "pugixml" AND NOT TARGET pugixml::pugixml)
    portolan_source_library(pugixml::pugixml pugixml)
    target_include_directories(pugixml::pugixml INTERFACE ${CMAKE_SOURCE_DIR}/build/sources/pugixml)
  elseif("${package};${ARGN}" MATCHES "^Boost;.*;url" AND NOT TARGET Boost::url)
    portolan_source_library(Boost::url boost1.83)
  endif()
endmacro()
cmake_language(SET_DEPENDENCY_PROVIDER portolan_provide_package SUPPORTED_METHODS FIND_PACKAGE)
