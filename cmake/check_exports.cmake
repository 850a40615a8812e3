# SPDX-License-Identifier: Apache-2.0
# Fails when a library's symbols are not exactly the functions of its header.
# cmake -DNM=nm -DLIBRARY=libcapy.so -DHEADER=capy.h -P check_exports.cmake
execute_process(COMMAND ${NM} -D --defined-only ${LIBRARY} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^ \n]+\n" exported "${symbols}")
list(TRANSFORM exported STRIP)

file(STRINGS ${HEADER} lines REGEX "^CAPY_API ")
set(declared "")
foreach(line IN LISTS lines)
  string(REGEX MATCH "(capy_[a-z_]+)\\(" found "${line}")
  list(APPEND declared ${CMAKE_MATCH_1})
endforeach()

list(SORT exported)
list(SORT declared)
if(NOT "${exported}" STREQUAL "${declared}")
  message(FATAL_ERROR "exported: ${exported}\ndeclared: ${declared}")
endif()
list(LENGTH declared count)
message(STATUS "${count} functions are exported, and nothing else")
