// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/cidr.h"

#include <gtest/gtest.h>

namespace stopwarden::sigma {
namespace {

TEST(Cidr, Addresses) {
  for (const char* good : {"1.2.3.4", "0.0.0.0", "255.255.255.255", "::", "::1", "1::", "fe80::1%eth0", "[::1]",
                           "2001:db8:0:0:0:0:0:1", "::ffff:1.2.3.4", "64:ff9b::1.2.3.4", " 1.2.3.4 ", "A:b::C"})
    EXPECT_TRUE(parse_address(good)) << good;
  for (const char* bad : {"",
                          "1.2.3",
                          "1.2.3.4.5",
                          "1.2.3.256",
                          "01.2.3.4",
                          "1.2.3.4:80",
                          "a",
                          ":",
                          ":::",
                          "1:2:3",
                          "1::2::3",
                          "12345::",
                          "1:2:3:4:5:6:7:8:9",
                          "1:2:3:4:5:6:7::8",
                          "0x1::",
                          "1.2.3.4::",
                          "::1.2.3",
                          "-",
                          "LOCAL",
                          "1..2.3",
                          "1.2.3.-4",
                          "g::"})
    EXPECT_FALSE(parse_address(bad)) << bad;
}

TEST(Cidr, Networks) {  // S12
  struct Case {
    const char* network;
    const char* address;
    bool yes;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"10.0.0.0/8", "10.255.1.2", true},
           {"10.0.0.0/8", "11.0.0.0", false},
           {"192.168.0.0/23", "192.168.1.255", true},
           {"192.168.0.0/23", "192.168.2.0", false},
           {"0.0.0.0/0", "8.8.8.8", true},
           {"127.0.0.1", "127.0.0.1", true},
           {"127.0.0.1/32", "127.0.0.2", false},
           {"10.1.2.3/8", "10.9.9.9", true},  // bits behind the prefix are ignored
           {"fe80::/10", "fe80::1", true},
           {"fe80::/10", "febf::1%12", true},
           {"fe80::/10", "fec0::1", false},
           {"::1/128", "::1", true},
           {"::1/128", "0:0:0:0:0:0:0:1", true},
           {"2001:db8::/33", "2001:db8:7fff::", true},
           {"2001:db8::/33", "2001:db8:8000::", false},
           {"10.0.0.0/8", "::ffff:10.1.1.1", true},  // mapped: the IPv4 address it is
           {"::ffff:10.0.0.0/104", "10.1.1.1", true},
           {"::/0", "10.1.1.1", false},  // another family
           {"0.0.0.0/0", "::1", false},
       }) {
    const auto network = parse_network(c.network);
    const auto address = parse_address(c.address);
    ASSERT_TRUE(network && address) << c.network << " " << c.address;
    EXPECT_EQ(contains(*network, *address), c.yes) << c.network << " " << c.address;
  }
  for (const char* bad : {"10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "x/8", "/8", "10.0.0.0/8/8"})
    EXPECT_FALSE(parse_network(bad)) << bad;
  EXPECT_TRUE(parse_network("10.1.0.0/8")->host_bits_set);
  EXPECT_FALSE(parse_network("10.0.0.0/8")->host_bits_set);
}

}  // namespace
}  // namespace stopwarden::sigma
