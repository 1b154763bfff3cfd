# SPDX-License-Identifier: Apache-2.0
# cmake --install gives a working tree (GNUInstallDirs): programs, the CUDA module beside its loader's search path,
# samples, desktop files, and the core as a library for find_package(Ulpscope).
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Ulpscope)
install(TARGETS ulpscope_core EXPORT UlpscopeTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT devel
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ulpscope COMPONENT devel)
install(EXPORT UlpscopeTargets NAMESPACE Ulpscope:: DESTINATION ${package_dir} COMPONENT devel)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/UlpscopeConfig.cmake.in ${PROJECT_BINARY_DIR}/UlpscopeConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/UlpscopeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/UlpscopeConfig.cmake ${PROJECT_BINARY_DIR}/UlpscopeConfigVersion.cmake
  ${CMAKE_CURRENT_LIST_DIR}/FindRE2.cmake
  DESTINATION ${package_dir} COMPONENT devel)

foreach(program ulp ulpscope)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime)
  endif()
endforeach()
if(TARGET ulpscope_cuda)
  install(TARGETS ulpscope_cuda LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/ulpscope COMPONENT runtime)
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/resources/samples/ DESTINATION ${CMAKE_INSTALL_DATADIR}/ulpscope/samples COMPONENT runtime)
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)
install(DIRECTORY LICENSES docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT runtime)
