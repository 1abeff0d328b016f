# Cpack runs this between the installation and the package.
execute_process(COMMAND ${CMAKE_CURRENT_LIST_DIR}/debianize
    ${CPACK_TEMPORARY_INSTALL_DIRECTORY} ${CPACK_PACKAGE_VERSION}
    ${CPACK_PACKAGE_CONTACT}
  COMMAND_ERROR_IS_FATAL ANY)
