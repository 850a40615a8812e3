# SPDX-License-Identifier: Apache-2.0
# The C ABI (include/capy.h) as libcapy, and the example in C that uses it. Only capy.h's functions are visible outside.
target_include_directories(capy_capi PUBLIC ${PROJECT_SOURCE_DIR}/include)
target_compile_definitions(capy_capi PRIVATE CAPY_VERSION="${PROJECT_VERSION}")

add_library(capy_shared SHARED $<TARGET_OBJECTS:capy_capi>)
target_include_directories(capy_shared INTERFACE ${PROJECT_SOURCE_DIR}/include)
target_link_libraries(capy_shared PRIVATE capy_engine)
set_target_properties(capy_shared PROPERTIES
  OUTPUT_NAME capy
  LINKER_LANGUAGE CXX
  VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}
  PUBLIC_HEADER ${PROJECT_SOURCE_DIR}/include/capy.h)
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  # Hidden visibility does not reach the templates of the standard library; the script does.
  set(exports ${PROJECT_SOURCE_DIR}/src/capi/libcapy.map)
  target_link_options(capy_shared PRIVATE LINKER:--version-script=${exports})
  set_target_properties(capy_shared PROPERTIES LINK_DEPENDS ${exports})
endif()
include(GNUInstallDirs)
install(TARGETS capy_shared LIBRARY PUBLIC_HEADER)

# As strict as C programs are compiled anywhere: the header must pass.
add_executable(capy_generate ${PROJECT_SOURCE_DIR}/examples/generate.c)
target_link_libraries(capy_generate PRIVATE capy_shared)
target_compile_options(capy_generate PRIVATE -pedantic)
set_target_properties(capy_generate PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)

if(TARGET capi_test)
  target_compile_definitions(capi_test PRIVATE CAPY_EXAMPLE="$<TARGET_FILE:capy_generate>" CAPY_VERSION="${PROJECT_VERSION}")
  add_dependencies(capi_test capy_generate)
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    add_test(NAME capi_exports
             COMMAND ${CMAKE_COMMAND} -DNM=${CMAKE_NM} -DLIBRARY=$<TARGET_FILE:capy_shared>
                     -DHEADER=${PROJECT_SOURCE_DIR}/include/capy.h -P ${PROJECT_SOURCE_DIR}/cmake/check_exports.cmake)
  endif()
endif()
