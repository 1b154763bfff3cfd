// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/departures.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace ulpscope {
namespace {

using namespace std::string_view_literals;

constexpr std::array kIq4NlStaleCodes{"iq4_nl"sv};
constexpr std::array kMxint8NegativeZero{"mxint8"sv};
constexpr std::array kBitsandbytesRestoredRows{"bnb_nf4"sv, "bnb_fp4"sv};
constexpr std::array kTorchThreads{"bnb_nf4"sv, "bnb_fp4"sv, "hqq"sv, "quanto_int4"sv};
constexpr std::array kGgmlFusedSearches{"q4_0"sv, "q4_1"sv, "q5_0"sv, "q5_1"sv,   "q2_k"sv,  "q3_k"sv,
                                        "q4_k"sv, "q5_k"sv, "q6_k"sv, "iq4_nl"sv, "iq4_xs"sv};
constexpr std::array kMatrixSums{"smoothquant"sv, "gptq"sv, "awq"sv};
constexpr std::array kSharedColumnScales{"smoothquant"sv, "awq"sv};
constexpr std::array kBinary16OnCuda{"smoothquant"sv, "awq"sv, "hqq"sv};
constexpr std::array kApproximateCudaArithmetic{"int8_row"sv, "fp8_tensor"sv, "fp8_row"sv,      "fp8_block128"sv,
                                                "bnb_nf4"sv,  "bnb_fp4"sv,    "bnb_dynamic8"sv, "llm_int8"sv};

constexpr std::array kDepartures{
    Departure{.id = "iq4_nl_stale_codes",
              .schemes = kIq4NlStaleCodes,
              .reference = "with `path` = `reference`, codes of a block of zeros are what the block before it left",
              .ours = "they are 0; either way the scale is 0 and all restores to zero",
              .reason = "blocks are coded alone and in parallel; the first of a row would take what the stack held"},
    Departure{.id = "mxint8_negative_zero",
              .schemes = kMxint8NegativeZero,
              .reference = "microxcaling restores a small negative number as -0",
              .ours = "it is restored as +0",
              .reason = "microxcaling keeps values; stored as MXINT8 they are two's complement, which has no -0"},
    Departure{.id = "bitsandbytes_restored_rows",
              .schemes = kBitsandbytesRestoredRows,
              .reference = "the native CPU kernel of bitsandbytes, asked for the matrix's shape, restores with the "
                           "scales of other blocks where rows are no multiple of the block size",
              .ours = "every value is restored with the scale of its own block, as bitsandbytes restores a vector",
              .reason =
                  "it is a fault of the kernel: codes and scales are the same, and the CUDA kernel goes by the place "
                  "in the tensor"},
    Departure{.id = "torch_threads",
              .schemes = kTorchThreads,
              .reference = "torch's mean of more than 32,768 numbers differs in its last bits with the number of "
                           "threads it runs on",
              .ours = "the mean is that of torch on one thread, whatever the threads here",
              .reason = "results must not depend on the machine"},
    Departure{
        .id = "ggml_fused_searches",
        .schemes = kGgmlFusedSearches,
        .reference = "ggml compiled with fused multiply-add (GCC with `-mfma`, AArch64) rounds some products and sums "
                     "once: those of its searches, and the codes of Q4_1 and Q5_1",
        .ours = "sums are rounded after each operation, as in ggml's builds for x86-64",
        .reason = "which sums are fused is the compiler's choice; `arithmetic` = `fused` is where it is one step"},
    Departure{.id = "matrix_sums",
              .schemes = kMatrixSums,
              .reference = "BLAS, LAPACK and torch add up products, factor the Hessian and raise to powers in an order "
                           "and with roundings of their own, which change with library and processor",
              .ours = "sums run in one fixed order, GPTQ's in double: with its own sums in double, the reference gives "
                      "the same codes",
              .reason = "no order is the reference's: its own results differ from machine to machine"},
    Departure{.id = "shared_column_scales",
              .schemes = kSharedColumnScales,
              .reference = "column scales are made for all layers that read what they are folded into, experts of a "
                           "layer included, and AWQ judges them by the output of the block behind those layers",
              .ours = "those of the layers that a checkpoint's names put together (query, key and value; gate and up "
                      "of one expert), judged by their own outputs; a layer given alone, or with `siblings` = `alone`, "
                      "gets its own",
              .reason = "a scheme is given matrices, not the model around them"},
    Departure{.id = "binary16_on_cuda",
              .schemes = kBinary16OnCuda,
              .reference = "on CUDA HQQ searches in binary16, and AWQ and SmoothQuant do in the model's type, mostly "
                           "binary16",
              .ours = "searches are in float32, as the same code does it on the CPU",
              .reason = "sums in binary16 depend on the GPU; float32 is what the methods define"},
    Departure{.id = "approximate_cuda_arithmetic",
              .schemes = kApproximateCudaArithmetic,
              .reference = "kernels for CUDA divide and take logarithms approximately and flush subnormal numbers to "
                           "zero; bitsandbytes' INT8 multiplies by 127 / a there",
              .ours = "each operation is rounded correctly, subnormal numbers kept; INT8 is that of the CPU",
              .reason = "the approximations are those of a GPU's units and are not published bit by bit"},
};
static_assert(kDepartures.size() <= 10);

}  // namespace

std::span<const Departure> departures() { return kDepartures; }

std::vector<Departure> departuresOf(std::string_view scheme) {
  std::vector<Departure> found;
  std::ranges::copy_if(kDepartures, std::back_inserter(found), [&](const Departure& departure) {
    return std::ranges::find(departure.schemes, scheme) != departure.schemes.end();
  });
  return found;
}

}  // namespace ulpscope
