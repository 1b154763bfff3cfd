// SPDX-License-Identifier: Apache-2.0
//
// The HDF5 library loads filters from shared libraries that a file can name. Its calls of the loader end here (the
// linker's --wrap), so that nothing can be loaded whatever its settings are.
extern "C" {
void* __wrap_dlopen(const char*, int);
void* __wrap_dlsym(void*, const char*);
int __wrap_dlclose(void*);

void* __wrap_dlopen(const char*, int) { return nullptr; }
void* __wrap_dlsym(void*, const char*) { return nullptr; }
int __wrap_dlclose(void*) { return -1; }
}
