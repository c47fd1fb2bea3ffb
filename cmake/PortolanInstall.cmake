# SPDX-License-Identifier: MIT
# The installed package: find_package(portolan) gives portolan::client and every module below it.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/portolan)
configure_package_config_file(cmake/portolanConfig.cmake.in ${PROJECT_BINARY_DIR}/portolanConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/portolanConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/portolanConfig.cmake ${PROJECT_BINARY_DIR}/portolanConfigVersion.cmake
  DESTINATION ${package_dir})
install(EXPORT portolanTargets NAMESPACE portolan:: DESTINATION ${package_dir} CXX_MODULES_DIRECTORY bmi)
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES docs/portolan.md docs/json.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
