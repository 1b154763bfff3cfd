// SPDX-License-Identifier: Apache-2.0
#include "core/report/file_hash.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>

namespace ulpscope {
namespace {

constexpr std::uint64_t kBatch = 1 << 20;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

tl::unexpected<Error> hashingFailed(const ByteSource& file) {
  return fail(Errc::Io, "a SHA-256 expected, found that the cryptography library of the system gives none",
              file.name());
}

}  // namespace

Result<std::string> sha256(const ByteSource& file, const JobContext& job) {
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) return hashingFailed(file);
  std::vector<std::byte> batch;
  for (std::uint64_t offset = 0; offset < file.size(); offset += batch.size()) {
    batch.resize(std::min(kBatch, file.size() - offset));
    if (auto read = file.read(offset, batch); !read) return tl::unexpected(std::move(read).error());
    if (EVP_DigestUpdate(context.get(), batch.data(), batch.size()) != 1) return hashingFailed(file);
    if (auto going = job.step(batch.size()); !going) return tl::unexpected(std::move(going).error());
  }
  std::array<unsigned char, 32> digest{};
  if (EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1) return hashingFailed(file);
  std::string text;
  for (const unsigned char byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

Result<std::vector<HashedFile>> hashFiles(const Checkpoint& checkpoint, const JobContext& job) {
  std::uint64_t bytes = 0;
  for (const auto& file : checkpoint.files) bytes += file->size();
  job.expect(bytes);
  std::vector<HashedFile> hashed;
  for (const auto& file : checkpoint.files) {
    auto hash = sha256(*file, job);
    if (!hash) return tl::unexpected(std::move(hash).error());
    hashed.push_back({std::filesystem::path(file->name()).filename().string(), file->size(), *std::move(hash)});
  }
  return hashed;
}

}  // namespace ulpscope
