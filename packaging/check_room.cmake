# Fails where a file of ROOM includes a room that is not in MAY_INCLUDE; else it makes
# STAMP. Run by the build from the project's folder.
cmake_policy(SET CMP0057 NEW)
file(GLOB files ${ROOM}/*.cc ${ROOM}/*.h)
foreach(file ${files})
  file(STRINGS ${file} includes REGEX "^#include \"")
  foreach(include ${includes})
    string(REGEX REPLACE "^#include \"([^\"]*)/[^/\"]*\".*" "\\1" included "${include}")
    if(NOT included IN_LIST MAY_INCLUDE)
      message(FATAL_ERROR "${file} includes ${included}, which ${ROOM} may not "
        "use: see CMakeLists.txt")
    endif()
  endforeach()
endforeach()
file(WRITE ${STAMP} "")
