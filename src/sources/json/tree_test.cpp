// SPDX-License-Identifier: Apache-2.0
#include "sources/json/tree.h"

#include <gtest/gtest.h>
