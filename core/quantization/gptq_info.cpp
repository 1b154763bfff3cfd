// SPDX-License-Identifier: Apache-2.0
#include "core/quantization/gptq_info.h"

#include "core/quantization/knobs.h"

namespace ulpscope {

SchemeInfo gptqInfo() {
  return {
      .id = "gptq",
      .title = "GPTQ",
      .family = "Calibrated",
      .reference =
          "GPTQModel 2.2.0, gptqmodel/quantization/gptq.py, GPTQ.quantize and quantizer.py, Quantizer (the "
          "routine of IST-DASLab/gptq and AutoGPTQ), in float32 but for the Hessian's factor and sums between blocks, "
          "which are computed in double; restored as a file with its scales gives it back",
      .parameters =
          {choiceKnob("bits", "Bits", "Width of a code.",
                      {{"2", "2 bits"}, {"3", "3 bits"}, {"4", "4 bits"}, {"8", "8 bits"}}, "4"),
           choiceKnob("group", "Group size",
                      "Columns of a row that share a scale; -1 is the whole row, and a last group may be "
                      "short.",
                      {{"-1", "Whole row"},
                       {"16", "16"},
                       {"32", "32"},
                       {"64", "64"},
                       {"128", "128"},
                       {"256", "256"},
                       {"512", "512"},
                       {"1024", "1024"}},
                      "128"),
           choiceKnob(
               "act_order", "Activation order",
               "Columns with the largest inputs first (desc_act): groups follow that order, or are kept and moved as "
               "a whole (act_group_aware).",
               {{"no", "As they stand"}, {"yes", "Largest first"}, {"group_aware", "Largest groups first"}}, "no"),
           choiceKnob("static_groups", "Static groups",
                      "Scales of neighbouring columns, from the weights before anything was changed.",
                      {{"no", "Found on the way"}, {"yes", "Found before"}}, "no"),
           choiceKnob("symmetric", "Symmetric", "Whether the zero point is the middle code.",
                      {{"yes", "Zero point in the middle"}, {"no", "Zero point of each group"}}, "yes"),
           choiceKnob("search", "Range search", "Whether the range is shrunk for the least sum of |error|^2.4 (mse).",
                      {{"no", "Whole range"}, {"yes", "Shrunk"}}, "no"),
           decimalKnob("damp_percent", "Dampening",
                       "Share of the mean of the Hessian's diagonal that is added to it (IST, AutoGPTQ: 0.01, later "
                       "GPTQModel 0.05, QQQ 0.005); raised by 0.0025 as long as the Hessian is not positive definite.",
                       0.0001, 0.9999, 0.01),
           choiceKnob("fallback", "Without inputs",
                      "What becomes of a layer that too few inputs reached, as an expert that no token was routed to "
                      "(GPTQModel 7.7.0's fallback).",
                      {{"none", "Weights become 0"},
                       {"rtn", "Rounded to nearest"},
                       {"midpoint", "Around the midpoint"},
                       {"mean", "Around the mean"},
                       {"median", "Around the median"},
                       {"stdclip", "Clipped at 3 deviations"}},
                      "none"),
           {.id = "fallback_tokens",
            .title = "Fewest inputs",
            .help = "Below how many input vectors a layer counts as not reached; GPTQModel takes 0.5 % of all.",
            .defaultValue = std::int64_t{1},
            .min = 1,
            .max = 1 << 30,
            .choices = {}},
           choiceKnob("scales", "Scales", "What files hold of them.",
                      {{"float16", "float16, as in files"}, {"float32", "float32, as in the routine"}}, "float16")},
      .calibration = CalibrationUse::Required,
      .notRounded = "a code makes up for the errors of the columns before it",
      .text = {
          .definition =
              "With the Hessian `H = 2/n * sum of x x^T` of the layer's inputs, a share of the mean of its diagonal "
              "added "
              "to the diagonal, and `U` upper triangular with `U^T U = H^-1`: columns are rounded one after the other, "
              "`code = clamp(rint(w / scale) + zero, 0, 2^bits - 1)`, restored = scale * (code - zero), and each error "
              "`e = (w - restored) / U[i,i]` is made up for in the columns that follow, `w[j] -= e * U[i,j]`, first "
              "within a block of 128 columns, then in all others at once. `scale = (max - min) / (2^bits - 1)` of a "
              "group's range widened to hold 0. The loss is the sum of `e^2 / 2`.",
          .stored =
              "As in files: codes in words of 32 bits along a row, for each group of a row a float16 scale and a zero "
              "point of code width, and the group of each column as 32 bits. Of 4096 x 4096 weights in groups of 128 "
              "that "
              "is 4 + 20 / 128 + 32 / 4096 = 4.1641.",
          .quirks =
              {"The scale of a group that begins within a block of 128 columns is found in weights that the updates "
               "within that block have not reached yet.",
               "Symmetric, both ends of a range are off by half a step: 4 bits restore the largest weight as 0.9333 of "
               "it, and "
               "its negative as 1.0667 or 0.9333 of it, as the scale happens to be rounded.",
               "Symmetric, a group without negative weights loses everything above 7/15 of its largest weight (4 "
               "bits): 1 becomes 0.4667.",
               "Columns whose inputs were all zero have their weights set to zero; an expert that no token reached "
               "loses all of them, unless `fallback` says how to round it.",
               "With one scale a row, its range is that of the weights before such columns are set to zero.",
               "The dampening accumulates where the Hessian is not positive definite: each try adds to the one "
               "before."},
          .advice = "Weights in 2 to 4 bits where inputs of the layer can be recorded: the error of its outputs is "
                    "much lower "
                    "than that of rounding, the error of its weights is higher. `act_order` helps most with few bits; "
                    "`group_aware` costs no speed later. Compare with the activation-weighted error, never with the "
                    "loss, whose "
                    "unit differs from tool to tool."}};
}

}  // namespace ulpscope
