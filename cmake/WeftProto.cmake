# weft_add_proto(TARGET FILE...): generates C++ from .proto files whose imports and includes are
# rooted at the repository, as every other include path is, and adds them to TARGET.
function(weft_add_proto target)
  foreach(file IN LISTS ARGN)
    cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE folder)
    string(REGEX REPLACE "\\.proto$" "" stem "${file}")
    set(out "${PROJECT_BINARY_DIR}/${folder}/${stem}")
    add_custom_command(
      OUTPUT "${out}.pb.cc" "${out}.pb.h"
      COMMAND protobuf::protoc --proto_path=${PROJECT_SOURCE_DIR} --cpp_out=${PROJECT_BINARY_DIR} ${folder}/${file}
      DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${file}"
      WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
      VERBATIM)
    target_sources(${target} PRIVATE "${out}.pb.cc")
    # Generated code is not ours to warn about.
    set_source_files_properties("${out}.pb.cc" PROPERTIES COMPILE_OPTIONS "-w")
    list(APPEND headers "${out}.pb.h")
  endforeach()
  add_custom_target(${target}_proto DEPENDS ${headers})
  add_dependencies(${target} ${target}_proto)
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf)
endfunction()
