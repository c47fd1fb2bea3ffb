# SPDX-License-Identifier: MIT
# portolan_test(<name> SOURCES <files...> LINK <targets...> [LABELS <labels...>])
#
# Declares one Boost.Test program and registers each of its cases with CTest, by its own name.
function(portolan_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK;LABELS")
  set(target test_${name})
  add_executable(${target} ${arg_SOURCES} $<TARGET_OBJECTS:portolan_test_main>)
  target_link_libraries(${target} PRIVATE Boost::headers portolan_warnings ${arg_LINK})
  set(list_file ${CMAKE_CURRENT_BINARY_DIR}/${target}_tests.cmake)
  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${target}> -DNAME=${name} -DLABELS=${arg_LABELS}
      -DOUTPUT=${list_file} -P ${PROJECT_SOURCE_DIR}/cmake/ListBoostTests.cmake
    BYPRODUCTS ${list_file} VERBATIM)
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${list_file})
endfunction()
