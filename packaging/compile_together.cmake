# Nearly all of a build is the parsing of the libraries' headers. Sources that are
# compiled together parse them once; file-local names are therefore unique in their
# folder. A batch is small enough that a change to one source is compiled quickly.
# CMake's own UNITY_BUILD names sources by absolute paths, so that ccache would know
# nothing from another checkout.
function(compile_together target)
  set(together "")
  foreach(source ${ARGN})
    file(RELATIVE_PATH name ${PROJECT_SOURCE_DIR} ${source})
    if(NOT DREGS_COMPILE_TOGETHER OR name IN_LIST DREGS_COMPILE_ALONE)
      target_sources(${target} PRIVATE ${source})
    else()
      list(APPEND together ${name})
    endif()
  endforeach()
  set(at 0)
  list(LENGTH together count)
  while(at LESS count)
    list(SUBLIST together ${at} 10 batch)
    list(TRANSFORM batch REPLACE "(.+)" "#include \"\\1\"\n")
    string(JOIN "" lines ${batch})
    set(file ${CMAKE_BINARY_DIR}/together/${target}_${at}.cc)
    file(CONFIGURE OUTPUT ${file} CONTENT "${lines}" @ONLY)
    target_sources(${target} PRIVATE ${file})
    math(EXPR at "${at} + 10")
  endwhile()
  # gcc takes an included source for a header.
  target_compile_options(${target} PRIVATE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endfunction()
