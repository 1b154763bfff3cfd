// SPDX-License-Identifier: Apache-2.0
// The module that load_cuda_backend.h loads. It uses headers of core only: with core's archive it would bring
// registries of its own into the program.
#include <cuda_runtime.h>

#include <cstdio>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "kernels/cuda/absmax_int8.cuh"
#include "kernels/cuda/plugin_abi.h"
#include "kernels/cuda/round.cuh"
#include "kernels/cuda/unsupported_backend.h"

namespace ulpscope::kernels {
namespace {

Result<> check(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return {};
  return fail(Errc::Device, std::string(what) + ": " + cudaGetErrorString(status), "cuda");
}

/// Device memory for `size` elements.
template <class T>
class DeviceArray {
 public:
  static Result<DeviceArray> allocate(std::size_t size) {
    void* memory = nullptr;
    if (const auto done = check(cudaMalloc(&memory, size * sizeof(T)), "device memory"); !done)
      return tl::unexpected(done.error());
    return DeviceArray(static_cast<T*>(memory), size);
  }
  static Result<DeviceArray> copyOf(std::span<const T> values) {
    auto array = allocate(values.size());
    if (!array) return array;
    const auto copied = cudaMemcpy(array->data(), values.data(), values.size_bytes(), cudaMemcpyHostToDevice);
    if (const auto done = check(copied, "copy to the device"); !done) return tl::unexpected(done.error());
    return array;
  }

  T* data() const { return m_memory.get(); }
  /// Waits for the kernels before it, and reports their failures too.
  Result<> copyTo(std::span<T> values) const {
    return check(cudaMemcpy(values.data(), data(), values.size_bytes(), cudaMemcpyDeviceToHost),
                 "copy from the device");
  }
  Result<> clear() const { return check(cudaMemset(data(), 0, m_size * sizeof(T)), "clearing device memory"); }

 private:
  struct Free {
    void operator()(T* memory) const { cudaFree(memory); }
  };
  DeviceArray(T* memory, std::size_t size) : m_memory(memory), m_size(size) {}

  std::unique_ptr<T, Free> m_memory;
  std::size_t m_size;
};

unsigned launches(std::size_t size, std::size_t each) { return static_cast<unsigned>((size + each - 1) / each); }

AbsmaxParameters parametersOf(const BlockCodec& codec, std::size_t size) {
  return {.size = size,
          .blockSize = static_cast<std::size_t>(codec.blockSize),
          .divisor = codec.divisor,
          .low = static_cast<float>(codec.low),
          .high = static_cast<float>(codec.high)};
}

class CudaBackend final : public UnsupportedBackend {
 public:
  explicit CudaBackend(std::string device) : m_device(std::move(device)) {}

  std::string_view id() const override { return "cuda"; }
  std::string description() const override { return "cuda " + m_device; }

  Result<> round(const FloatRounding& rule, std::span<const float> in, std::span<float> out) const override {
    const std::optional<RoundingPlan> plan = makeRoundingPlan(rule);
    if (!plan) return UnsupportedBackend::round(rule, in, out);
    if (in.empty()) return {};
    const auto values = DeviceArray<float>::copyOf(in);
    if (!values) return tl::unexpected(values.error());
    roundKernel<<<launches(in.size(), kRoundThreads * kRoundValuesPerThread), kRoundThreads>>>(
        *plan, values->data(), values->data(), in.size());
    if (const auto started = check(cudaGetLastError(), "rounding"); !started) return started;
    return values->copyTo(out);
  }

  Result<> quantizeBlocks(const BlockCodec& codec, std::span<const float> values,
                          const BlockCodes& out) const override {
    if (codec.kind != BlockCodec::Kind::Absmax) return UnsupportedBackend::quantizeBlocks(codec, values, out);
    if (values.empty()) return {};
    const auto inputs = DeviceArray<float>::copyOf(values);
    if (!inputs) return tl::unexpected(inputs.error());
    const auto codes = DeviceArray<std::uint8_t>::allocate(values.size());
    if (!codes) return tl::unexpected(codes.error());
    const auto scales = DeviceArray<float>::allocate(out.scales.size());
    if (!scales) return tl::unexpected(scales.error());
    const AbsmaxParameters parameters = parametersOf(codec, values.size());
    const auto done = codec.blockSize <= kAbsmaxPiece
                          ? quantizeShort(parameters, out.scales.size(), *inputs, *codes, *scales)
                          : quantizeLong(parameters, out.scales.size(), *inputs, *codes, *scales);
    if (!done) return done;
    if (const auto copied = codes->copyTo(out.codes); !copied) return copied;
    return scales->copyTo(out.scales);
  }

  Result<> dequantizeBlocks(const BlockCodec& codec, const ConstBlockCodes& in,
                            std::span<float> values) const override {
    if (codec.kind != BlockCodec::Kind::Absmax) return UnsupportedBackend::dequantizeBlocks(codec, in, values);
    if (values.empty()) return {};
    const auto codes = DeviceArray<std::uint8_t>::copyOf(in.codes);
    if (!codes) return tl::unexpected(codes.error());
    const auto scales = DeviceArray<float>::copyOf(in.scales);
    if (!scales) return tl::unexpected(scales.error());
    const auto restored = DeviceArray<float>::allocate(values.size());
    if (!restored) return tl::unexpected(restored.error());
    absmaxDequantize<<<launches(values.size(), kAbsmaxThreads), kAbsmaxThreads>>>(
        parametersOf(codec, values.size()), codes->data(), scales->data(), restored->data());
    if (const auto started = check(cudaGetLastError(), "dequantizing"); !started) return started;
    return restored->copyTo(values);
  }

 private:
  static Result<> quantizeShort(const AbsmaxParameters& parameters, std::size_t blocks,
                                const DeviceArray<float>& values, const DeviceArray<std::uint8_t>& codes,
                                const DeviceArray<float>& scales) {
    absmaxQuantizeShort<<<launches(blocks, kAbsmaxWarps), kAbsmaxThreads>>>(parameters, values.data(), codes.data(),
                                                                            scales.data());
    return check(cudaGetLastError(), "quantizing");
  }

  static Result<> quantizeLong(const AbsmaxParameters& parameters, std::size_t blocks, const DeviceArray<float>& values,
                               const DeviceArray<std::uint8_t>& codes, const DeviceArray<float>& scales) {
    const auto maxima = DeviceArray<int>::allocate(blocks);
    if (!maxima) return tl::unexpected(maxima.error());
    if (const auto cleared = maxima->clear(); !cleared) return cleared;
    const unsigned pieces = launches(parameters.blockSize, kAbsmaxPiece);
    absmaxMaxima<<<static_cast<unsigned>(blocks) * pieces, kAbsmaxThreads>>>(parameters, pieces, values.data(),
                                                                             maxima->data());
    absmaxQuantizeLong<<<launches(parameters.size, kAbsmaxThreads), kAbsmaxThreads>>>(
        parameters, values.data(), maxima->data(), codes.data(), scales.data());
    return check(cudaGetLastError(), "quantizing");
  }

  std::string m_device;
};

}  // namespace
}  // namespace ulpscope::kernels

#define ULPSCOPE_EXPORT extern "C" __attribute__((visibility("default")))

ULPSCOPE_EXPORT ulpscope::kernels::PluginStatus ulpscopeCreateBackend(std::uint32_t abi, ulpscope::Backend** backend,
                                                                      char* message, std::size_t messageSize) {
  using namespace ulpscope::kernels;
  if (abi != kPluginAbi) {
    std::snprintf(message, messageSize, "version %u of the module interface expected, %u found", abi, kPluginAbi);
    return PluginStatus::OtherAbi;
  }
  // Without a driver cudaGetDeviceCount gives cudaErrorInsufficientDriver (35): that is "no device", not a failure.
  int devices = 0;
  cudaDeviceProp properties{};
  cudaError_t status = cudaGetDeviceCount(&devices);
  if (status == cudaSuccess && devices == 0) status = cudaErrorNoDevice;
  if (status == cudaSuccess) status = cudaGetDeviceProperties(&properties, 0);
  if (status == cudaSuccess) {
    *backend = new (std::nothrow) CudaBackend(properties.name);
    if (*backend) return PluginStatus::Created;
    status = cudaErrorMemoryAllocation;
  }
  std::snprintf(message, messageSize, "no CUDA device answers: %s", cudaGetErrorString(status));
  return PluginStatus::NoDevice;
}

ULPSCOPE_EXPORT void ulpscopeDestroyBackend(ulpscope::Backend* backend) { delete backend; }
