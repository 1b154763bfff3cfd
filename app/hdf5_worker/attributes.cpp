// SPDX-License-Identifier: Apache-2.0
#include "app/hdf5_worker/attributes.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "app/hdf5_worker/answer_writer.h"
#include "app/hdf5_worker/handle.h"

namespace ulpscope::hdf5 {
namespace {

std::uint64_t bytesListed = 0;  // of all attributes
std::uint64_t valuesListed = 0;

struct Values {
  std::vector<std::string> texts;
  bool isArray = false;
};

/// Texts of varying length.
bool readPointers(hid_t attribute, hid_t stored, hid_t space, Values& values) {
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), H5Tget_cset(stored));
  std::vector<char*> pointers(values.texts.size());
  if (H5Aread(attribute, type.get(), pointers.data()) < 0) return false;
  for (std::size_t i = 0; i < pointers.size(); ++i)
    if (pointers[i]) values.texts[i] = pointers[i];
  H5Dvlen_reclaim(type.get(), space, H5P_DEFAULT, pointers.data());
  return true;
}

/// Texts of a fixed length, padded with zeros or spaces.
bool readFixed(hid_t attribute, hid_t stored, Values& values) {
  const std::size_t size = H5Tget_size(stored);
  if (size == 0 || size > kMostAttributeBytes / std::max<std::size_t>(values.texts.size(), 1)) return false;
  std::string bytes(size * values.texts.size(), '\0');
  if (H5Aread(attribute, stored, bytes.data()) < 0) return false;
  for (std::size_t i = 0; i < values.texts.size(); ++i) {
    std::string text = bytes.substr(i * size, size);
    if (const std::size_t end = text.find('\0'); end != text.npos) text.resize(end);
    if (H5Tget_strpad(stored) == H5T_STR_SPACEPAD) text.resize(text.find_last_not_of(' ') + 1);
    values.texts[i] = std::move(text);
  }
  return true;
}

template <class Number>
bool readNumbers(hid_t attribute, hid_t type, Values& values) {
  std::vector<Number> numbers(values.texts.size());
  if (H5Aread(attribute, type, numbers.data()) < 0) return false;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    char text[64];
    const auto end = std::to_chars(std::begin(text), std::end(text), numbers[i]).ptr;
    values.texts[i].assign(text, end);
  }
  return true;
}

std::optional<Values> readValues(hid_t attribute) {
  const Handle type(H5Aget_type(attribute), H5Tclose);
  const Handle space(H5Aget_space(attribute), H5Sclose);
  if (!type || !space) return std::nullopt;
  const H5T_class_t kind = H5Tget_class(type.get());
  const hssize_t count = H5Sget_simple_extent_npoints(space.get());
  if (kind != H5T_STRING && kind != H5T_INTEGER && kind != H5T_FLOAT) return std::nullopt;
  if (count < 0 || static_cast<std::uint64_t>(count) > kMostAttributeValues - valuesListed) return std::nullopt;
  Values values;
  values.texts.resize(static_cast<std::size_t>(count));
  values.isArray = H5Sget_simple_extent_ndims(space.get()) > 0;
  bool read = true;
  if (count == 0)
    read = true;
  else if (kind == H5T_STRING)
    read = H5Tis_variable_str(type.get()) > 0 ? readPointers(attribute, type.get(), space.get(), values)
                                              : readFixed(attribute, type.get(), values);
  else if (kind == H5T_FLOAT)
    read = readNumbers<double>(attribute, H5T_NATIVE_DOUBLE, values);
  else if (H5Tget_sign(type.get()) == H5T_SGN_NONE)
    read = readNumbers<unsigned long long>(attribute, H5T_NATIVE_ULLONG, values);
  else
    read = readNumbers<long long>(attribute, H5T_NATIVE_LLONG, values);
  if (!read) return std::nullopt;
  return values;
}

herr_t listOne(hid_t object, const char* name, const H5A_info_t*, void* path) {
  const Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
  const std::optional<Values> values = attribute ? readValues(attribute.get()) : std::nullopt;
  H5Eclear2(H5E_DEFAULT);
  if (!values) return 0;
  std::uint64_t bytes = std::strlen(name);
  for (const std::string& text : values->texts) bytes += text.size();
  if (bytes > kMostAttributeBytes - bytesListed) return 0;
  bytesListed += bytes;
  valuesListed += values->texts.size();

  Payload record;
  record.text(*static_cast<const std::string*>(path)).text(name).add(static_cast<std::uint8_t>(values->isArray));
  record.add(static_cast<std::uint32_t>(values->texts.size()));
  for (const std::string& text : values->texts) record.text(text);
  writeRecord(RecordKind::Attribute, record);
  return 0;
}

}  // namespace

void listAttributes(hid_t object, const std::string& path) {
  std::string subject = path;
  hsize_t next = 0;
  if (H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, &next, listOne, &subject) < 0)
    writeRecord(RecordKind::Problem, Payload().text(path).text("its attributes cannot be read: " + libraryMessage()));
}

std::string textAttribute(hid_t object, const char* name) {
  if (H5Aexists(object, name) <= 0) return "";
  const Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
  const Handle type(attribute ? H5Aget_type(attribute.get()) : -1, H5Tclose);
  if (!type || H5Tget_class(type.get()) != H5T_STRING) return "";
  const std::optional<Values> values = readValues(attribute.get());
  return values && values->texts.size() == 1 && values->texts[0].size() < 256 ? values->texts[0] : "";
}

}  // namespace ulpscope::hdf5
