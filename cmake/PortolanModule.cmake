# SPDX-License-Identifier: MIT
# portolan_module(<name>
#   INTERFACE <interface units...>     primary unit and partitions, installed
#   [SOURCES <implementation units...>]
#   [DEPENDS <modules or targets...>])
#
# Declares the static library of one named module: its C++ module file set, the alias portolan::<name>, and its
# place in the installed package. A name in DEPENDS without "::" is another module of this tree.
function(portolan_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "INTERFACE;SOURCES;DEPENDS")
  set(target portolan_${name})
  add_library(${target} STATIC)
  add_library(portolan::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_sources(${target}
    PUBLIC FILE_SET CXX_MODULES FILES ${arg_INTERFACE}
    PRIVATE ${arg_SOURCES})
  list(TRANSFORM arg_DEPENDS REPLACE "^([a-z_]+)$" "portolan_\\1")
  # The modules below those named are named, too: where CMake builds the interface units of an installed package, it finds
  # the BMIs of the libraries that are linked directly, and of no others.
  set(below "")
  foreach(dependency IN LISTS arg_DEPENDS)
    if(dependency MATCHES "^portolan_")
      get_target_property(further ${dependency} PORTOLAN_MODULES_BELOW)
      list(APPEND below ${dependency} ${further})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES below)
  set_target_properties(${target} PROPERTIES PORTOLAN_MODULES_BELOW "${below}")
  list(APPEND arg_DEPENDS ${below})
  list(REMOVE_DUPLICATES arg_DEPENDS)
  target_link_libraries(${target} PUBLIC ${arg_DEPENDS} PRIVATE $<BUILD_INTERFACE:portolan_warnings>)
  install(TARGETS ${target} EXPORT portolanTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    FILE_SET CXX_MODULES DESTINATION ${CMAKE_INSTALL_LIBDIR}/portolan/modules/${name})
endfunction()
