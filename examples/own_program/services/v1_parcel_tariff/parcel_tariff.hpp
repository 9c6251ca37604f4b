// SPDX-License-Identifier: MIT
// v1: what a parcel costs. A model in plain C++; its rates are a text file, which model.json names as it
// would name an ONNX file. So each call's row has the hash of the rates that it was answered by.
#pragma once

#include <array>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "inferkeep/describe.hpp"
#include "inferkeep/model.hpp"

enum class Zone { home, abroad };

struct Parcel {
  double weight;
  Zone zone;
};

struct Tariff {
  double price;
};

namespace inferkeep {

template <>
inline constexpr auto enumerators<Zone> =
    std::array{std::pair{"home", Zone::home}, std::pair{"abroad", Zone::abroad}};

template <>
inline constexpr auto fields<Parcel> =
    describe(field("weight", &Parcel::weight).greater_than(0).at_most(30).doc("Kilograms").example(2.5),
             field("zone", &Parcel::zone).doc("Where it goes").example(Zone::home));

template <>
inline constexpr auto fields<Tariff> = describe(field("price", &Tariff::price).doc("Euros"));

}  // namespace inferkeep

class ParcelTariff : public inferkeep::Model<Parcel, Tariff> {
 public:
  void load(const inferkeep::LoadContext& context) override {
    const auto bytes = context.model_bytes();
    std::istringstream rates(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    if (!(rates >> base_ >> per_kilogram_ >> abroad_factor_))
      throw std::runtime_error("rates.txt must hold three numbers: base, per kilogram, factor abroad");
  }

  std::vector<Tariff> predict(std::span<const Parcel> parcels) override {
    std::vector<Tariff> tariffs;
    for (const Parcel& parcel : parcels) tariffs.push_back({price_of(parcel)});
    return tariffs;
  }

 private:
  double price_of(const Parcel& parcel) const {
    const double at_home = base_ + per_kilogram_ * parcel.weight;
    return parcel.zone == Zone::home ? at_home : at_home * abroad_factor_;
  }

  double base_ = 0, per_kilogram_ = 0, abroad_factor_ = 0;
};
