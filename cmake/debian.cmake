# cpack -G DEB --config build/release/CPackConfig.cmake: inferkeep_<version>-1_<architecture>.deb in the current folder.
#
#   /usr/bin/inferkeep, /usr/sbin/inferkeep-admin          the program; its commands, as the server's user
#   /usr/lib/inferkeep/, /usr/share/inferkeep/             ONNX Runtime; services, models, web files
#   /etc/inferkeep/inferkeep.env                           the settings: the admin's own file
#   /lib/systemd/system/inferkeep.service
#
# What depends on a machine (user, key, folder of the database) is made by deploy/debian/postinst.
set(debian ${CMAKE_SOURCE_DIR}/deploy/debian)

# Not part of a plain `cmake --install`: these places are the system's.
macro(inferkeep_system_file destination)
  install(FILES ${ARGN} DESTINATION ${destination} COMPONENT system EXCLUDE_FROM_ALL)
endmacro()
macro(inferkeep_system_program destination)
  install(PROGRAMS ${ARGN} DESTINATION ${destination} COMPONENT system EXCLUDE_FROM_ALL)
endmacro()

inferkeep_system_program(sbin ${debian}/inferkeep-admin)
inferkeep_system_file(/etc/inferkeep ${debian}/inferkeep.env)
inferkeep_system_file(/lib/systemd/system deploy/systemd/inferkeep.service)
inferkeep_system_file(share/doc/inferkeep ${debian}/copyright)
inferkeep_system_file(share/lintian/overrides ${debian}/lintian-overrides/inferkeep)
# Where --env-dir looks: the package's own paths, and a link to the admin's file.
inferkeep_system_file(${CMAKE_INSTALL_DATADIR}/inferkeep/.environment ${debian}/.env.shared)
file(CREATE_LINK /etc/inferkeep/inferkeep.env ${CMAKE_BINARY_DIR}/.env.prod SYMBOLIC)
inferkeep_system_file(${CMAKE_INSTALL_DATADIR}/inferkeep/.environment ${CMAKE_BINARY_DIR}/.env.prod)

# Debian wants manual pages and the changelog compressed, without a time stamp.
function(inferkeep_compressed source name destination)
  add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/${name}.gz DEPENDS ${source}
    COMMAND gzip -9nc ${source} > ${CMAKE_BINARY_DIR}/${name}.gz VERBATIM)
  add_custom_target(debian_${name} ALL DEPENDS ${CMAKE_BINARY_DIR}/${name}.gz)
  inferkeep_system_file(${destination} ${CMAKE_BINARY_DIR}/${name}.gz)
endfunction()
inferkeep_compressed(${debian}/inferkeep.8 inferkeep.8 ${CMAKE_INSTALL_MANDIR}/man8)
inferkeep_compressed(${debian}/inferkeep-admin.8 inferkeep-admin.8 ${CMAKE_INSTALL_MANDIR}/man8)
inferkeep_compressed(${debian}/changelog changelog.Debian share/doc/inferkeep)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME inferkeep)
set(CPACK_PACKAGE_CONTACT "Inferkeep <inferkeep@localhost>")
set(CPACK_COMPONENTS_ALL server system)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "machine-learning models behind a secured, recorded HTTP API
One program that serves ONNX models to registered people: admins grant access
to services, calls need a token, and every call leaves a durable row, later
joined with the truth. Two trained models are included.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${ONNXRUNTIME_ROOT}/lib)
set(CPACK_DEBIAN_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "postgresql (>= 15)")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${debian}/postinst ${debian}/prerm ${debian}/postrm ${debian}/conffiles)
include(CPack)
