// SPDX-License-Identifier: Apache-2.0
#include "sources/json/shapes.h"

#include <gtest/gtest.h>
