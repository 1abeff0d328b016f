# Puts the page together, with its library inlined, as C++ source:
#   cmake -D FOLDER=cli/report_page -D OUT=FILE.cc -P embed.cmake
# A literal may have 64 KiB.
file(READ ${FOLDER}/page.html page)
file(READ ${FOLDER}/page.css style)
file(READ ${FOLDER}/page.js script)
file(READ ${FOLDER}/d3-hierarchy.min.js library)
file(READ ${FOLDER}/d3-hierarchy.LICENSE licence)
set(library "/* d3-hierarchy\n${licence}*/\n${library}")
string(REPLACE "@STYLE@" "${style}" page "${page}")
string(REPLACE "@LIBRARY@" "${library}" page "${page}")
string(REPLACE "@SCRIPT@" "${script}" page "${page}")
string(FIND "${page}" "@DATA@" at)
string(SUBSTRING "${page}" 0 ${at} head)
math(EXPR at "${at} + 6")
string(SUBSTRING "${page}" ${at} -1 tail)
file(WRITE ${OUT} "#include \"cli/reports/report_page.h\"\n\n"
  "const char* const dregs::kPageHead = R\"dregs(${head})dregs\";\n\n"
  "const char* const dregs::kPageTail = R\"dregs(${tail})dregs\";\n")
