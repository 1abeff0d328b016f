include(GNUInstallDirs)

# What comes with the program is made by it.
set(extras ${CMAKE_BINARY_DIR}/extras)
add_custom_command(OUTPUT ${extras}/dregs.bash ${extras}/_dregs
    ${extras}/dregs.fish
  COMMAND ${CMAKE_COMMAND} -E make_directory ${extras}
  COMMAND dregs completions bash >${extras}/dregs.bash
  COMMAND dregs completions zsh >${extras}/_dregs
  COMMAND dregs completions fish >${extras}/dregs.fish)
add_custom_target(completions ALL DEPENDS ${extras}/dregs.bash)

install(TARGETS dregs)
install(PROGRAMS window/dregs-window window/dregs-smoke-test window/dregs-job
  DESTINATION ${CMAKE_INSTALL_BINDIR})
# The parts of dregs-window, which it finds beside itself, or here.
install(DIRECTORY window/parts/ DESTINATION ${CMAKE_INSTALL_DATADIR}/dregs/window)
install(FILES window/dregs-window.service window/dregs-window.timer
  DESTINATION lib/systemd/system)
install(FILES window/window.conf DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${extras}/dregs.bash RENAME dregs
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${extras}/_dregs
  DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${extras}/dregs.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

# Only what is in /usr has its configuration in /etc, whatever prefix cmake was
# told before; and a configuration that is there is its owner's.
install(CODE "
  if(CMAKE_INSTALL_PREFIX STREQUAL \"/usr\"
      AND NOT EXISTS \"\$ENV{DESTDIR}/etc/dregs/window.conf\")
    file(INSTALL \"${PROJECT_SOURCE_DIR}/window/window.conf\"
      DESTINATION /etc/dregs)
  endif()")

# What is linked in keeps its authors' names.
if(DREGS_STATIC_LIBRARIES)
  set(boost libboost${Boost_VERSION_MAJOR}.${Boost_VERSION_MINOR}-dev)
  foreach(package ${boost} libc6-dev libcli11-dev libcurl4-openssl-dev libfmt-dev
      libpugixml-dev libre2-dev libsimdjson-dev libssl-dev libstdc++6 libtbb-dev libyaml-cpp-dev
      libzstd-dev nlohmann-json3-dev zlib1g-dev)
    install(FILES /usr/share/doc/${package}/copyright RENAME ${package}
      DESTINATION ${CMAKE_INSTALL_DOCDIR}/third-party)
  endforeach()
endif()

find_program(HELP2MAN help2man)
if(HELP2MAN)
  add_custom_command(OUTPUT ${extras}/man/dregs.1
    COMMAND ${PROJECT_SOURCE_DIR}/scripts/make-man-pages $<TARGET_FILE:dregs>
      ${extras}/man
    DEPENDS dregs scripts/make-man-pages window/dregs-window
      window/dregs-smoke-test window/dregs-job)
  add_custom_target(man ALL DEPENDS ${extras}/man/dregs.1)
  install(DIRECTORY ${extras}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
else()
  message(STATUS "No help2man: no man pages")
endif()
