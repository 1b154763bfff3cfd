// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <memory>
#include <string>

#include "core/backend/backend.h"

namespace ulpscope {

/// A device that is none: the reference under another name, which can be made to fail as one that is lost.
class FakeDevice final : public Backend {
 public:
  explicit FakeDevice(std::string name) : m_name(std::move(name)), m_reference(makeReferenceBackend()) {}

  void lose() { m_isLost = true; }

  std::string_view id() const override { return "cuda"; }
  std::string description() const override { return "cuda " + m_name; }

  Result<> decode(const ElementType& type, std::span<const std::byte> bytes, std::span<float> values) const override {
    return asked([&] { return m_reference->decode(type, bytes, values); });
  }
  Result<> round(const FloatRounding& rule, std::span<const float> in, std::span<float> out) const override {
    return asked([&] { return m_reference->round(rule, in, out); });
  }
  Result<> encode(const FloatRounding& rule, std::span<const float> in, std::span<std::uint8_t> codes) const override {
    return asked([&] { return m_reference->encode(rule, in, codes); });
  }
  Result<> encode(const FloatRounding& rule, std::span<const float> in, std::span<std::uint16_t> codes) const override {
    return asked([&] { return m_reference->encode(rule, in, codes); });
  }
  Result<> profile(std::span<const float> values, float smallestNormal, ProfileAccumulator& into) const override {
    return asked([&] { return m_reference->profile(values, smallestNormal, into); });
  }
  Result<> countCodes(std::span<const std::uint16_t> codes, std::span<std::uint64_t> counts) const override {
    return asked([&] { return m_reference->countCodes(codes, counts); });
  }
  Result<> countCodes(std::span<const std::uint8_t> codes, std::span<std::uint64_t> counts) const override {
    return asked([&] { return m_reference->countCodes(codes, counts); });
  }
  Result<> absMaxima(std::span<const float> values, std::span<float> rows, std::span<float> columns) const override {
    return asked([&] { return m_reference->absMaxima(values, rows, columns); });
  }
  Result<> countBlocks(std::span<const float> values, std::uint64_t columns, BlockCounts& into) const override {
    return asked([&] { return m_reference->countBlocks(values, columns, into); });
  }
  Result<> countBlocksOfCodes(std::span<const std::uint16_t> codes, std::uint64_t columns, const CodeClasses& classes,
                              BlockCounts& into) const override {
    return asked([&] { return m_reference->countBlocksOfCodes(codes, columns, classes, into); });
  }
  Result<> quantizeBlocks(const BlockCodec& codec, std::span<const float> values,
                          const BlockCodes& out) const override {
    return asked([&] { return m_reference->quantizeBlocks(codec, values, out); });
  }
  Result<> dequantizeBlocks(const BlockCodec& codec, const ConstBlockCodes& in,
                            std::span<float> values) const override {
    return asked([&] { return m_reference->dequantizeBlocks(codec, in, values); });
  }

 private:
  template <class Call>
  Result<> asked(const Call& call) const {
    if (m_isLost) return fail(Errc::Device, "unspecified launch failure", "cuda");
    return call();
  }

  std::string m_name;
  std::unique_ptr<Backend> m_reference;
  std::atomic<bool> m_isLost = false;
};

}  // namespace ulpscope
