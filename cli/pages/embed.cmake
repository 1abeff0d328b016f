# Puts the pages together, each with what it shares and its library inlined, as
# C++ source:
#   cmake -D FOLDER=cli/pages -D OUT=FILE.cc -P embed.cmake
# A literal may have 64 KiB.
file(READ ${FOLDER}/shared/page.css shared_style)
file(READ ${FOLDER}/shared/page.js shared_script)
file(READ ${FOLDER}/du/d3-hierarchy.min.js library)
file(READ ${FOLDER}/du/d3-hierarchy.LICENSE licence)
set(library "/* d3-hierarchy\n${licence}*/\n${library}")

function(embed name folder)
  file(READ ${FOLDER}/${folder}/page.html page)
  file(READ ${FOLDER}/${folder}/page.css style)
  file(READ ${FOLDER}/${folder}/page.js script)
  string(REPLACE "@STYLE@" "${shared_style}${style}" page "${page}")
  string(REPLACE "@LIBRARY@" "${library}" page "${page}")
  string(REPLACE "@SCRIPT@" "${shared_script}${script}" page "${page}")
  string(FIND "${page}" "@DATA@" at)
  string(SUBSTRING "${page}" 0 ${at} head)
  math(EXPR at "${at} + 6")
  string(SUBSTRING "${page}" ${at} -1 tail)
  file(APPEND ${OUT} "const dregs::EmbeddedPage dregs::${name} = {\n"
    "R\"dregs(${head})dregs\",\n\nR\"dregs(${tail})dregs\"};\n")
endfunction()

file(WRITE ${OUT} "#include \"cli/pages/embedded_pages.h\"\n\n")
embed(kDuPage du)
embed(kRetainPage retain)
