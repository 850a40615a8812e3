# SPDX-License-Identifier: Apache-2.0
# A cross build takes the few libraries that it needs from the sources in this machine's own packages, so that nothing
# has to be installed for the other machine: Boost.JSON and xxHash are whole in their headers, and libgtest-dev ships
# GoogleTest's sources.
set(cross_headers ${PROJECT_BINARY_DIR}/host_headers)
set(cross_sources ${PROJECT_BINARY_DIR}/library_sources)

# Links, not the folder itself: /usr/include also holds the C library's headers of this machine.
file(MAKE_DIRECTORY ${cross_headers})
foreach(name boost xxhash.h)
  if(NOT EXISTS /usr/include/${name})
    message(FATAL_ERROR "/usr/include/${name} is missing: install the packages of the group build in cmake/packages.txt")
  endif()
  file(CREATE_LINK /usr/include/${name} ${cross_headers}/${name} SYMBOLIC)
endforeach()

# header_library(NAME SOURCE): the library that one file with these lines makes of its headers.
function(header_library name source)
  file(CONFIGURE OUTPUT ${cross_sources}/${name}.cpp CONTENT "${source}" @ONLY)
  add_library(${name} STATIC ${cross_sources}/${name}.cpp)
  target_include_directories(${name} SYSTEM PUBLIC ${cross_headers})
endfunction()

header_library(boost_json "#include <boost/json/src.hpp>\n")
add_library(Boost::json ALIAS boost_json)
header_library(xxhash "#define XXH_STATIC_LINKING_ONLY\n#define XXH_IMPLEMENTATION\n#include <xxhash.h>\n")

if(CAPY_TESTS)
  add_subdirectory(/usr/src/googletest ${PROJECT_BINARY_DIR}/googletest EXCLUDE_FROM_ALL SYSTEM)
  foreach(name gtest gtest_main gmock)
    target_compile_options(${name} PRIVATE -w)
    if(NOT TARGET GTest::${name})
      add_library(GTest::${name} ALIAS ${name})
    endif()
  endforeach()
endif()
