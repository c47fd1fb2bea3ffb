# SPDX-License-Identifier: MIT
# cmake -DPROGRAM=... -DNAME=... -DLABELS=a,b -DTIMEOUT=... -DENVIRONMENT=A=1,B=2 -DOUTPUT=... -P ListBoostTests.cmake
#
# Asks a Boost.Test program for its cases and writes one add_test() for each. The DOT listing is read, because it is
# the one that names labels: a case's own labels and those of the suites around it become labels of the CTest test.
# The rows of a data test case run as one test; a disabled case is registered as disabled.
cmake_minimum_required(VERSION 3.28)
execute_process(COMMAND ${PROGRAM} --list_content=DOT ERROR_VARIABLE listing OUTPUT_VARIABLE ignored
  RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} does not list its tests (${status}): ${listing}")
endif()
# A line of the listing is a node, an edge, or a brace; semicolons and brackets would confuse CMake's lists.
string(REGEX REPLACE "[][;]" " " listing "${listing}")
string(REPLACE "\n" ";" lines "${listing}")
string(REPLACE "," ";" base_labels "${LABELS}")
string(REPLACE "," ";" ENVIRONMENT "${ENVIRONMENT}")

set(script "# Written by ListBoostTests.cmake from ${PROGRAM}\n")
set(registered "")
set(names "")       # the suites around the current line, outermost first
set(label_sets "")  # as many elements: the labels of each, by commas, "-" for none
set(node_name "")   # the node read last, not yet known to be a case or a suite

# Writes the test of one case; `labels` are its own and its suites'.
function(register path labels enabled)
  if(path IN_LIST registered)
    return()
  endif()
  list(APPEND registered "${path}")
  set(registered "${registered}" PARENT_SCOPE)
  # A comma in a filter separates names: the name is cut there, and the rest matched by the wildcard.
  string(REGEX REPLACE ",.*$" "*" filter "${path}")
  set(test "[==[${NAME}/${path}]==]")
  string(APPEND script "add_test(${test} [==[${PROGRAM}]==] [==[--run_test=${filter}]==])\n")
  string(APPEND script "set_tests_properties(${test} PROPERTIES TIMEOUT ${TIMEOUT} LABELS [==[${labels}]==]")
  string(APPEND script " ENVIRONMENT [==[${ENVIRONMENT}]==] SKIP_RETURN_CODE 77")
  if(NOT enabled)
    string(APPEND script " DISABLED TRUE")
  endif()
  set(script "${script})\n" PARENT_SCOPE)
endfunction()

# Registers the node read last, now known to be a case. A data test case is a suite of rows _0, _1, ...
macro(finish_case)
  if(NOT node_name STREQUAL "")
    set(path ${names})
    if(NOT node_name MATCHES "^_[0-9]+$")
      list(APPEND path "${node_name}")
    endif()
    list(JOIN path "/" path)
    set(labels ${base_labels} ${label_sets} ${node_labels})
    string(REPLACE "," ";" labels "${labels}")
    list(REMOVE_ITEM labels "-")
    list(REMOVE_DUPLICATES labels)
    register("${path}" "${labels}" ${node_enabled})
    set(node_name "")
  endif()
endmacro()

foreach(line IN LISTS lines)
  if(line MATCHES "^ *tu([0-9]+) .*color=([a-z]+),label=\"([^|\"]*)(.*)\"")
    set(id "${CMAKE_MATCH_1}")
    set(colour "${CMAKE_MATCH_2}")
    set(name "${CMAKE_MATCH_3}")
    set(rest "${CMAKE_MATCH_4}")
    finish_case()
    if(id EQUAL 1) # the master suite, which a filter does not name
      continue()
    endif()
    set(node_name "${name}")
    string(COMPARE EQUAL "${colour}" "green" node_enabled)
    set(node_labels "-")
    if(rest MATCHES "\\|labels:([^|]*)")
      string(REGEX MATCHALL "[^@ ]+" node_labels "${CMAKE_MATCH_1}")
      list(JOIN node_labels "," node_labels)
    endif()
  elseif(line MATCHES "^ *{ *$" AND NOT node_name STREQUAL "")
    list(APPEND names "${node_name}")
    list(APPEND label_sets "${node_labels}")
    set(node_name "")
  elseif(line MATCHES "^ *} *$")
    finish_case()
    list(POP_BACK names)
    list(POP_BACK label_sets)
  endif()
endforeach()
if(registered STREQUAL "")
  message(FATAL_ERROR "${PROGRAM} has no test cases")
endif()
file(WRITE ${OUTPUT} "${script}")
