# weft::defaults: language level, warnings and include root shared by every target.
add_library(weft_defaults INTERFACE)
add_library(weft::defaults ALIAS weft_defaults)
target_compile_features(weft_defaults INTERFACE cxx_std_20)
target_include_directories(weft_defaults INTERFACE "${PROJECT_SOURCE_DIR}")
# Generated protobuf headers are included as system headers: their warnings are not ours.
target_include_directories(weft_defaults SYSTEM INTERFACE "${PROJECT_BINARY_DIR}")
# Unlisted actor message types become compile errors.
target_compile_definitions(weft_defaults INTERFACE CAF_ENABLE_TYPE_ID_CHECKS WEFT_VERSION="${PROJECT_VERSION}")
target_compile_options(weft_defaults INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor
  $<$<BOOL:${WEFT_WARNINGS_AS_ERRORS}>:-Werror>)
target_link_libraries(weft_defaults INTERFACE Threads::Threads)

# Line numbers for backtraces and profiles; more debug information costs a fifth of the build.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")

if(WEFT_SANITIZE)
  # -Og and -g1: line numbers for reports, at half the compile time of -O1 -g.
  target_compile_options(weft_defaults INTERFACE
    -fsanitize=address,undefined -fno-omit-frame-pointer -Og -g1)
  target_link_options(weft_defaults INTERFACE -fsanitize=address,undefined)
endif()
if(WEFT_FUZZ)
  target_compile_options(weft_defaults INTERFACE -fsanitize=address,fuzzer-no-link -fno-omit-frame-pointer)
  target_link_options(weft_defaults INTERFACE -fsanitize=address)
endif()
if(WEFT_COVERAGE)
  target_compile_options(weft_defaults INTERFACE --coverage -O0)
  target_link_options(weft_defaults INTERFACE --coverage)
endif()
