# SPDX-License-Identifier: MIT
# Labels of CTest tests: unit (the default), integration (sockets on loopback), lab (network namespaces, root), package
# (the installed package); and beside one of them slow, for what waits for minutes. A program that cannot run here
# prints a line "skip: <reason>" and exits with status 77.

# What every test sees. Boost.Test leaves signals to the sanitizers and to CTest, and says nothing in colour.
set(portolan_test_environment
  BOOST_TEST_CATCH_SYSTEM_ERRORS=no
  BOOST_TEST_COLOR_OUTPUT=no
  ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1
  UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
  TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:suppressions=${PROJECT_SOURCE_DIR}/tests/support/tsan.supp)

# portolan_test(<name> SOURCES <files...> LINK <targets...> [LABELS <labels...>] [TIMEOUT <seconds>])
#
# Declares one Boost.Test program and registers each of its cases with CTest, by its own name and with its own labels.
# Where programs run through an emulator, whose start costs more than most cases, the program is one test instead; its
# report names the cases, and scripts/count_tests counts them. tests/wine.txt names cases to leave out there.
function(portolan_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "SOURCES;LINK;LABELS")
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  set(target test_${name})
  add_executable(${target} ${arg_SOURCES} $<TARGET_OBJECTS:portolan_test_main>)
  target_link_libraries(${target} PRIVATE Boost::headers portolan_warnings ${arg_LINK})
  if(CMAKE_CROSSCOMPILING)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/wine.txt)
    file(STRINGS ${PROJECT_SOURCE_DIR}/tests/wine.txt omitted REGEX "^${name} ")
    list(TRANSFORM omitted REPLACE "^${name} " "--run_test=!")
    add_test(NAME ${name} COMMAND ${target} --report_level=detailed ${omitted})
    set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" SKIP_RETURN_CODE 77 TIMEOUT 900
      ENVIRONMENT "${portolan_test_environment}")
    if("integration" IN_LIST arg_LABELS)
      set_tests_properties(${name} PROPERTIES RUN_SERIAL ON) # what waits for real time is not kept from the processor
    endif()
    return()
  endif()
  list(JOIN arg_LABELS "," labels)
  list(JOIN portolan_test_environment "," environment)
  set(cases_file ${CMAKE_CURRENT_BINARY_DIR}/${target}_cases.cmake)
  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${target}> -DNAME=${name} -DLABELS=${labels}
      -DTIMEOUT=${arg_TIMEOUT} "-DENVIRONMENT=${environment}" -DOUTPUT=${cases_file}
      -P ${PROJECT_SOURCE_DIR}/cmake/ListBoostTests.cmake
    BYPRODUCTS ${cases_file} VERBATIM)
  set_target_properties(${target} PROPERTIES LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/ListBoostTests.cmake)
  # A program that was not built is a failed test, not a missing one.
  set(include_file ${CMAKE_CURRENT_BINARY_DIR}/${target}_tests.cmake)
  file(WRITE ${include_file} "\
if(EXISTS [==[${cases_file}]==])
  include([==[${cases_file}]==])
else()
  add_test([==[${name}]==] [==[${target}_was_not_built]==])
  set_tests_properties([==[${name}]==] PROPERTIES LABELS [==[${arg_LABELS}]==])
endif()
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${include_file})
endfunction()

# portolan_command(<target> <variable>)
#
# What scripts start a program of ours by: its path, or that of a script that has the emulator run it.
function(portolan_command target variable)
  set(command $<TARGET_FILE:${target}>)
  if(CMAKE_CROSSCOMPILING)
    set(command ${PROJECT_BINARY_DIR}/emulated/${target})
    get_target_property(known ${target} PORTOLAN_COMMAND)
    if(NOT known)
      set_target_properties(${target} PROPERTIES PORTOLAN_COMMAND ${command})
      list(JOIN CMAKE_CROSSCOMPILING_EMULATOR "' '" emulator)
      file(GENERATE OUTPUT ${command} CONTENT "#!/bin/sh\nexec '${emulator}' '$<TARGET_FILE:${target}>' \"$@\"\n"
        FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
    endif()
  endif()
  set(${variable} ${command} PARENT_SCOPE)
endfunction()

# portolan_script_test(<name> COMMAND <command...> [LABELS <labels...>] [TIMEOUT <seconds>] [ENVIRONMENT <A=1...>])
#
# Registers a script as one CTest test: it fails by its exit status, and is skipped by status 77.
function(portolan_script_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "COMMAND;LABELS;ENVIRONMENT")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_test(NAME ${name} COMMAND ${arg_COMMAND})
  # A script that takes too long is asked to end first, so that it can take away what it made.
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" SKIP_RETURN_CODE 77
    TIMEOUT ${arg_TIMEOUT} TIMEOUT_SIGNAL_NAME SIGTERM TIMEOUT_SIGNAL_GRACE_PERIOD 30
    ENVIRONMENT "${portolan_test_environment};${arg_ENVIRONMENT}")
endfunction()
