// SPDX-License-Identifier: Apache-2.0
#include "event/field.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "event/catalogue.h"
#include "event/log_name.h"

namespace stopwarden {
namespace {

TEST(FieldTable, CatalogueIdsAreFixedAndNewNamesFollow) {
  FieldTable table;
  EXPECT_EQ(table.find("EventID"), id_of(field::EventID));
  EXPECT_EQ(table.find("QueryName"), id_of(field::QueryName));
  EXPECT_EQ(table.name(id_of(field::CommandLine)), "CommandLine");
  EXPECT_FALSE(table.find("commandline"));
  const auto mine = table.intern("requestParameters.name");
  ASSERT_TRUE(mine);
  EXPECT_EQ(index(*mine), field::kCount);
  EXPECT_EQ(table.intern("requestParameters.name"), mine);
}

TEST(LogNames, StandInTheDocumentation) {
  std::stringstream page;
  page << std::ifstream(SW_SOURCE_DIR "/docs/logsources.md").rdbuf();
#define SW_LOG_ROW(id, name, meaning) \
  EXPECT_NE(page.str().find("| `" name "` | " meaning " |"), std::string::npos) << (name);
  SW_LOGS(SW_LOG_ROW)
#undef SW_LOG_ROW
}

TEST(LogNames, AreNoChannelsOfWindows) {
#define SW_LOG_ROW(id, name, meaning) EXPECT_FALSE(is_windows_channel(log_name::id)) << (name);
  SW_LOGS(SW_LOG_ROW)
#undef SW_LOG_ROW
  EXPECT_TRUE(is_windows_channel("Security"));
  EXPECT_FALSE(is_windows_channel("Linux-Sysmon/Operational"));
  EXPECT_FALSE(is_windows_channel(""));
}

TEST(FieldTable, SaysWhenItIsFull) {
  FieldTable table;
  while (table.size() < index(kUnnamedField)) ASSERT_TRUE(table.intern("f" + std::to_string(table.size())));
  EXPECT_FALSE(table.intern("one too many"));
  EXPECT_TRUE(table.find("EventID"));
}

TEST(WantedFields, SkipsWhatNobodyAsksFor) {
  FieldTable table;
  WantedFields wanted(table);
  wanted.add(id_of(field::Image));
  EXPECT_EQ(wanted.want("Image"), id_of(field::Image));
  EXPECT_FALSE(wanted.want("CommandLine"));
  EXPECT_FALSE(wanted.want("NoSuchField"));
  wanted.add_all_values();
  EXPECT_EQ(wanted.want("CommandLine"), id_of(field::CommandLine));
  EXPECT_EQ(wanted.want("NoSuchField"), kUnnamedField);
}

}  // namespace
}  // namespace stopwarden
