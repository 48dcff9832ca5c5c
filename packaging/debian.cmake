# Run by cpack on the tree that becomes the package: what Debian's policy asks for besides the files.
set(package ${CPACK_TEMPORARY_DIRECTORY}/usr)
set(docs ${package}/share/doc/ternbench)

configure_file(${CMAKE_CURRENT_LIST_DIR}/debian-copyright ${docs}/copyright COPYONLY)
configure_file(${CMAKE_CURRENT_LIST_DIR}/debian-overrides ${package}/share/lintian/overrides/ternbench COPYONLY)
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${docs}/changelog "ternbench (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * What changed for users stands in CHANGELOG.md.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
execute_process(COMMAND gzip -9n ${docs}/changelog ${docs}/CHANGELOG.md ${package}/share/man/man1/ternbench.1
                COMMAND_ERROR_IS_FATAL ANY)
