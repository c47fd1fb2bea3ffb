# SPDX-License-Identifier: MIT
# Asks a Boost.Test program for its cases and writes one add_test() for each. Indentation by four spaces is the
# nesting of suites; a name ends in "*" when it is enabled, and ": description" may follow.
execute_process(COMMAND ${PROGRAM} --list_content=HRF ERROR_VARIABLE listing OUTPUT_VARIABLE ignored
  RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} does not list its tests: ${listing}")
endif()
string(REPLACE ";" "," listing "${listing}")
string(REPLACE "\n" ";" lines "${listing}")
set(path "")
set(previous_depth -1)
set(previous "")
set(script "")

# A node is a case, not a suite, when the next node is not deeper.
macro(emit_case depth_of_next)
  if(NOT previous STREQUAL "" AND NOT ${depth_of_next} GREATER previous_depth)
    string(APPEND script "add_test([=[${NAME}/${previous}]=] [=[${PROGRAM}]=] [=[--run_test=${previous}]=])\n")
    string(APPEND script "set_tests_properties([=[${NAME}/${previous}]=] PROPERTIES TIMEOUT 120 LABELS [=[${LABELS}]=])\n")
  endif()
endmacro()

foreach(line IN LISTS lines)
  if(NOT line MATCHES "^( *)([A-Za-z0-9_<>, ]+)\\*?(:.*)?$")
    continue()
  endif()
  string(LENGTH "${CMAKE_MATCH_1}" indent)
  set(node "${CMAKE_MATCH_2}")
  math(EXPR depth "${indent} / 4")
  emit_case(${depth})
  list(SUBLIST path 0 ${depth} path)
  list(APPEND path "${node}")
  list(JOIN path "/" previous)
  set(previous_depth ${depth})
endforeach()
emit_case(-1)
file(WRITE ${OUTPUT} "${script}")
