// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/tensor_query.h"

namespace ulpscope {

/// What queries match on, prepared once per checkpoint so that each keystroke is fast.
class TensorFilter {
 public:
  explicit TensorFilter(const Checkpoint& checkpoint);

  /// The tensors that fulfil `query`, in checkpoint order. `flags` are those that need values, one set a tensor; where
  /// there are none (also: no more than these), no tensor has such a flag.
  std::vector<std::size_t> matches(const TensorQuery& query, std::span<const TensorFlags> flags = {}) const;
  /// The same of Checkpoint::objects, which have a name and a type, and fulfil nothing that is said of tensors.
  std::vector<std::size_t> matchingObjects(const TensorQuery& query) const;

  /// What a tensor does in the model, by its name.
  const TensorPlace& placeOf(std::size_t tensor) const { return m_places[tensor]; }

 private:
  using Term = TensorQuery::Term;
  /// What a tensor or object says in words, each in lower case.
  struct Words {
    std::string_view all, name, type;
  };
  Words wordsOf(std::size_t line) const;
  bool fulfils(const Term& term, std::size_t tensor, std::span<const TensorFlags> flags) const;

  const std::vector<TensorInfo>& m_tensors;
  std::string m_text;  ///< for each tensor its name, types and shape, for each object its name and type, a line each
  struct Line {
    std::size_t name, type, rest, end;  ///< where they begin in m_text
  };
  std::vector<Line> m_lines;  ///< of the tensors, then of the objects
  std::vector<TensorPlace> m_places;
};

}  // namespace ulpscope
