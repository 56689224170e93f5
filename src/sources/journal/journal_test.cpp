// SPDX-License-Identifier: Apache-2.0
#include "sources/journal/journal.h"

#include <gtest/gtest.h>
TEST(Journal, X) {}
