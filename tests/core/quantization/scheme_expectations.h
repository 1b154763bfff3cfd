// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace ulpscope {

/// What the laws expect of a scheme with its default knobs.
struct SchemeExpectation {
  std::string scheme;
  double bits;                    ///< per weight of a 64 x 256 matrix
  double error;                   ///< largest possible, in units of the block maximum
  int wholeBlocks = 0;            ///< rows must be a multiple of this; 0: any shape will do
  double constantError = 1e-6;    ///< of a matrix of 0.5
  double tinyError = 0.01;        ///< by how much the largest of values below 1e-38 may grow, relative
  bool nanComesBack = true;       ///< a value that is NaN is restored as NaN
  bool infinityComesBack = true;  ///< an infinite value is restored as one, or as NaN
  bool rowsStandAlone = true;     ///< what one row holds does not change what becomes of another
  bool zerosComeBack = true;      ///< a tensor of zeros is restored as zeros, not as NaN
  std::size_t warnings = 0;       ///< that a sound matrix has all the same: LLM.int8() without inputs
};

/// One list a family; each states how its figures come about.
std::vector<SchemeExpectation> integerExpectations();
std::vector<SchemeExpectation> calibratedExpectations();
std::vector<SchemeExpectation> mxExpectations();
std::vector<SchemeExpectation> rowExpectations();
std::vector<SchemeExpectation> bitsandbytesExpectations();
std::vector<SchemeExpectation> compressedExpectations();
std::vector<SchemeExpectation> ggufExpectations();

/// Of the scheme with this id; the test fails where a new scheme has none.
const SchemeExpectation& expectationOf(std::string_view scheme);

}  // namespace ulpscope
