# What cpack makes of an installation: a Debian package, or a tarball where the
# program is linked statically and runs anywhere.
set(DREGS_HOMEPAGE "" CACHE STRING "The package's home page")
set(DREGS_MAINTAINER "dregs maintainers <maintainers@dregs.example>" CACHE STRING
  "Who answers for the package; whoever publishes it says")

find_program(DPKG dpkg)
if(DPKG)
  execute_process(COMMAND ${DPKG} --print-architecture
    OUTPUT_VARIABLE architecture OUTPUT_STRIP_TRAILING_WHITESPACE)
else()
  set(architecture ${CMAKE_SYSTEM_PROCESSOR})
endif()

set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_CONTACT ${DREGS_MAINTAINER})
set(CPACK_PACKAGE_DESCRIPTION
"dregs (Docker REGistry Sweeper) frees the disk space that a self-hosted
registry (CNCF Distribution, registry:2 and registry:3) never gives back, and
never takes an image that somebody can still pull. It looks, collects, verifies
and explains the storage of a registry that is stopped or read-only.
.
dregs-window runs a maintenance window around it: stop, snapshot, collect,
start whatever happened, ask whether it serves, tell somebody.")

if(DREGS_STATIC_LIBRARIES)
  set(CPACK_GENERATOR TGZ)
  set(CPACK_PACKAGE_FILE_NAME
    dregs-${PROJECT_VERSION}-linux-${architecture})
else()
  set(CPACK_GENERATOR DEB)
  set(CPACK_SET_DESTDIR ON)
  set(CPACK_INSTALL_PREFIX /usr)
  set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/packaging/debian.cmake)
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
  set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates, curl, jq")
  set(CPACK_DEBIAN_PACKAGE_SUGGESTS "bsd-mailx | mailx, docker-registry")
  set(CPACK_DEBIAN_PACKAGE_SECTION admin)
  set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
  set(CPACK_DEBIAN_PACKAGE_HOMEPAGE ${DREGS_HOMEPAGE})
  set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
  file(GLOB CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${PROJECT_SOURCE_DIR}/packaging/control/*)
endif()
include(CPack)
