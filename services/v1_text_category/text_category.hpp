// SPDX-License-Identifier: MIT
// v1: is a review a great one? The model (model.onnx, made by train.py) takes the text as it is; cleaning and
// counting words are part of its graph.
#pragma once

#include <array>
#include <string>
#include <utility>

#include "inferkeep/describe.hpp"
#include "inferkeep/onnx_model.hpp"

struct TextCategoryInput {
  std::string text;
};

enum class Category { great, other };

struct TextCategoryOutput {
  Category category;
};

template <>
inline constexpr auto inferkeep::fields<TextCategoryInput> =
    inferkeep::describe(inferkeep::field("text", &TextCategoryInput::text)
                            .max_length(20'000)
                            .doc("The review, in English")
                            .example("Great flavor, we go through a ton of this sauce!"));

template <>
inline constexpr auto inferkeep::enumerators<Category> =
    std::array{std::pair{"great", Category::great}, std::pair{"other", Category::other}};

template <>
inline constexpr auto inferkeep::fields<TextCategoryOutput> =
    inferkeep::describe(inferkeep::field("category", &TextCategoryOutput::category)
                            .doc("\"great\" is a review worth five stars"));

using TextCategory = inferkeep::OnnxModel<TextCategoryInput, TextCategoryOutput>;
