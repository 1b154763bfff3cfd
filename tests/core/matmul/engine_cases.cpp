// SPDX-License-Identifier: Apache-2.0
#include "tests/core/matmul/engine_cases.h"

#include <bit>
#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/source_path.h"

namespace ulpscope {
namespace {

std::vector<float> floatsOf(const std::string& hex) {
  std::vector<float> values;
  for (std::size_t at = 0; at < hex.size(); at += 8)
    values.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(std::stoul(hex.substr(at, 8), nullptr, 16))));
  return values;
}

DenseMatrix matrixOf(std::size_t rows, std::size_t columns, const std::string& hex) {
  DenseMatrix matrix{rows, columns, {}};
  for (std::size_t at = 0; at < hex.size(); at += 16)
    matrix.values.push_back(std::bit_cast<double>(std::uint64_t{std::stoull(hex.substr(at, 16), nullptr, 16)}));
  return matrix;
}

}  // namespace

std::vector<EngineCase> readEngineCases() {
  std::ifstream file(sourcePath("tests/golden/matmul/engines.json"));
  const nlohmann::json document = nlohmann::json::parse(file);
  std::vector<EngineCase> cases;
  for (const auto& entry : document["cases"]) {
    EngineCase one{
        entry["engine"].get<std::string>() + "@" + entry["format"].get<std::string>(), entry["half"].get<bool>(), {}};
    for (const auto& dot : entry["dots"])
      one.dots.push_back({floatsOf(dot["a"]), floatsOf(dot["b"]), floatsOf(dot["c"])[0], floatsOf(dot["d"])[0]});
    cases.push_back(std::move(one));
  }
  return cases;
}

std::vector<ProductCase> readProductCases() {
  std::ifstream file(sourcePath("tests/golden/matmul/products.json"));
  const nlohmann::json document = nlohmann::json::parse(file);
  std::vector<ProductCase> cases;
  for (const auto& entry : document["cases"]) {
    const std::size_t rows = entry["rows"], columns = entry["columns"], k = entry["k"];
    cases.push_back({entry["engine"].get<std::string>(), matrixOf(rows, k, entry["a"]),
                     matrixOf(columns, k, entry["b"]), matrixOf(rows, columns, entry["c"])});
  }
  return cases;
}

}  // namespace ulpscope
