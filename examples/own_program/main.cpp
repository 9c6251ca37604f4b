// SPDX-License-Identifier: MIT
#include "inferkeep/application.hpp"
#include "services/v1_parcel_tariff/parcel_tariff.hpp"

int main(int argc, char** argv) {
  return inferkeep::Application()
      .service<ParcelTariff>("v1", "Parcel tariff", "v1_parcel_tariff")
      .run(argc, argv);
}
