// SPDX-License-Identifier: MIT
#include "inferkeep/application.hpp"
#include "v1_text_category/text_category.hpp"
#include "v2_house_price/house_price.hpp"

int main(int argc, char** argv) {
  return inferkeep::Application()
      .service<TextCategory>("v1", "Text category", "v1_text_category")
      .service<HousePrice>("v2", "House price", "v2_house_price")
      .run(argc, argv);
}
