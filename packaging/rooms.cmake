include(packaging/compile_together.cmake)

# The house: each room is a folder and a library. A room may include the rooms that it
# names behind USES, and those that these may include; the build fails where it
# includes another one. A new file needs no line here.
function(room path)
  cmake_parse_arguments(room "" "" "USES;LIBRARIES" ${ARGN})
  string(REPLACE "/" "_" target dregs_${path})
  set(uses ${room_USES})
  list(TRANSFORM uses REPLACE "/" "_")
  list(TRANSFORM uses PREPEND dregs_)
  file(GLOB sources CONFIGURE_DEPENDS ${path}/*.cc)
  file(GLOB headers CONFIGURE_DEPENDS ${path}/*.h ${path}/*.inc)
  add_library(${target} STATIC)
  compile_together(${target} ${sources})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${target} PUBLIC ${uses} ${room_LIBRARIES})
  if(DREGS_COVERAGE AND NOT path MATCHES "^cli/")
    target_compile_options(${target} PRIVATE --coverage -fprofile-update=atomic)
    target_link_options(${target} INTERFACE --coverage)
  endif()

  set(may_include ${path})
  foreach(used ${room_USES})
    get_property(below GLOBAL PROPERTY rooms_below_${used})
    list(APPEND may_include ${used} ${below})
  endforeach()
  list(REMOVE_DUPLICATES may_include)
  set_property(GLOBAL PROPERTY rooms_below_${path} ${may_include})
  set(stamp ${CMAKE_BINARY_DIR}/rooms/${target})
  add_custom_command(OUTPUT ${stamp} DEPENDS ${sources} ${headers}
    COMMAND ${CMAKE_COMMAND} -D "ROOM=${path}" -D "MAY_INCLUDE=${may_include}"
      -D "STAMP=${stamp}" -P ${PROJECT_SOURCE_DIR}/packaging/check_room.cmake
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} VERBATIM)
  target_sources(${target} PRIVATE ${stamp})
endfunction()
