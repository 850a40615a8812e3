# SPDX-License-Identifier: Apache-2.0
# Tests of the whole: the layers check, and tests/e2e/*_test.py, which start the program as a user would.
# They find the program in CAPY_BINARY and need nothing but Python's standard library.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME layers COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/check_layers.py)

if(TARGET capy)
  file(GLOB e2e_tests CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/e2e/*_test.py)
  foreach(script ${e2e_tests})
    get_filename_component(name ${script} NAME_WE)
    string(REGEX REPLACE "_test$" "" name ${name})
    add_test(NAME e2e_${name} COMMAND ${Python3_EXECUTABLE} ${script} -v WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(e2e_${name} PROPERTIES LABELS e2e TIMEOUT 900 ENVIRONMENT "CAPY_BINARY=$<TARGET_FILE:capy>")
  endforeach()
endif()
