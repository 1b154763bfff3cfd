# SPDX-License-Identifier: Apache-2.0
# cmake --install gives a working tree (GNUInstallDirs): programs, the CUDA module, samples, desktop files, and the core
# as a library for find_package(Ulpscope).
