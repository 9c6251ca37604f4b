// SPDX-License-Identifier: MIT
// v2: what a house sells for. The model (model.onnx, made by train.py) takes the fields as they are; turning
// the address into numbers is part of its graph.
#pragma once

#include <cstdint>
#include <string>

#include "inferkeep/describe.hpp"
#include "inferkeep/onnx_model.hpp"

struct HousePriceInput {
  std::int32_t age;
  double surface;
  bool has_attic;
  double garden_surface;
  std::string address;
};

struct HousePriceOutput {
  double price;
};

template <>
inline constexpr auto inferkeep::fields<HousePriceInput> = inferkeep::describe(
    inferkeep::field("age", &HousePriceInput::age).range(0, 400).doc("Age of the house, years").example(36),
    inferkeep::field("surface", &HousePriceInput::surface)
        .range(5, 2000)
        .doc("Living area, m²")
        .example(113.34),
    inferkeep::field("has_attic", &HousePriceInput::has_attic).doc("The house has an attic").example(false),
    inferkeep::field("garden_surface", &HousePriceInput::garden_surface)
        .range(0, 200'000)
        .doc("Garden, m²")
        .example(1094.49),
    inferkeep::field("address", &HousePriceInput::address)
        .max_length(200)
        .doc("Neighbourhood, city, state")
        .example("Northwest Ames, Ames, Iowa"));

template <>
inline constexpr auto inferkeep::fields<HousePriceOutput> =
    inferkeep::describe(inferkeep::field("price", &HousePriceOutput::price).doc("Sale price, US dollars"));

using HousePrice = inferkeep::OnnxModel<HousePriceInput, HousePriceOutput>;
