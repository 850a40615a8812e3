// SPDX-License-Identifier: Apache-2.0
#include "apps/html.h"

#include <gtest/gtest.h>

namespace capy {
namespace {

TEST(Html, TextCannotBecomeMarkup) {
  EXPECT_EQ(html_escape("<script>\"a\" & 'b'</script>"),
            "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;");
}

TEST(Html, LettersStayAndWhatIsNoTextIsMarked) {
  EXPECT_EQ(html_escape("caf\xc3\xa9\n\t\xe2\x82\xac"), "caf\xc3\xa9\n\t\xe2\x82\xac");
  EXPECT_EQ(html_escape("a\xff\x1b\x7fz"), "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz");
}

}  // namespace
}  // namespace capy
