# SPDX-License-Identifier: Apache-2.0
# The program: the room of the commands and its main. The room is a library too, so that its tests need no second build.
if(NOT EXISTS ${PROJECT_SOURCE_DIR}/src/apps/main.cpp)
  return()
endif()

find_package(CLI11 REQUIRED)
find_path(TOMLPLUSPLUS_INCLUDE toml++/toml.h REQUIRED)  # used as headers alone
pkg_check_modules(LIBEDIT REQUIRED IMPORTED_TARGET libedit)
room(apps capy_base capy_tensor capy_codec capy_text capy_formats capy_kernels capy_cache capy_sampling capy_hub capy_model
     capy_data capy_engine capy_evaluate capy_quantize capy_train CLI11::CLI11 PkgConfig::LIBEDIT)
target_include_directories(capy_apps SYSTEM PRIVATE ${TOMLPLUSPLUS_INCLUDE})
target_compile_definitions(capy_apps PUBLIC CAPY_VERSION="${PROJECT_VERSION}")

add_executable(capy ${PROJECT_SOURCE_DIR}/src/apps/main.cpp)
target_link_libraries(capy PRIVATE capy_apps)
install(TARGETS capy RUNTIME)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/models DESTINATION share/capy)
