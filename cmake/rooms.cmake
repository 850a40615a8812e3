# SPDX-License-Identifier: Apache-2.0
# The rooms, bottom-up, and the libraries from outside that each one uses.
room(base Threads::Threads Boost::json)
room(tensor capy_base)
room(codec capy_tensor)
if(EXISTS ${PROJECT_SOURCE_DIR}/src/text/CMakeLists.txt)
  add_subdirectory(src/text)  # makes its Unicode tables first
else()
  room(text capy_base)
endif()
room(formats capy_codec xxhash)
add_subdirectory(src/kernels)  # flags per ISA folder
room(cache capy_tensor)
room(sampling capy_text capy_tensor)
if(NOT CMAKE_CROSSCOMPILING)  # needs OpenSSL, and no test of another machine needs it
  find_package(OpenSSL 3 REQUIRED COMPONENTS Crypto)
  room(hub capy_formats OpenSSL::Crypto)
  target_compile_definitions(capy_hub PUBLIC CAPY_SHIPPED_MODELS="${PROJECT_SOURCE_DIR}/models")
endif()
room(model capy_formats capy_kernels capy_cache)
room(quantize capy_model capy_text)
if(NOT CMAKE_CROSSCOMPILING)  # needs zstd, and no test of another machine needs it
  pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
  room(data capy_text capy_formats xxhash PkgConfig::ZSTD)
endif()
room(engine capy_model capy_sampling capy_text xxhash)
room(train capy_model)

# Speed of training; built when it is asked for.
add_executable(train_bench EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/bench/train_bench.cpp)
target_link_libraries(train_bench PRIVATE capy_train)
if(NOT CMAKE_CROSSCOMPILING)
  room(evaluate capy_engine)
  room(capi capy_engine)
endif()
