/* The reader of TOML: what comes out as a tree, what is refused and where. The rows follow toml.io's own examples. */
#include "recipe/toml.h"

#include <criterion/criterion.h>

#include "failmalloc.h"
#include "files.h"

/* The tree as text: {key=value,...}, [value,...], strings in quotes. */
static void print(const struct bon_toml_node *node, bon_buf *out) {
    const char *ends = node->kind == BON_TOML_TABLE ? "{}" : "[]";
    if (node->kind == BON_TOML_STRING) cr_assert_eq(bon_buf_printf(out, "\"%s\"", node->text), BON_OK);
    if (node->text && node->kind != BON_TOML_STRING) cr_assert_eq(bon_buf_printf(out, "%s", node->text), BON_OK);
    if (node->text) return;
    cr_assert_eq(bon_buf_put(out, ends[0]), BON_OK);
    for (const struct bon_toml_node *item = node->first; item; item = item->next) {
        if (item != node->first) cr_assert_eq(bon_buf_put(out, ','), BON_OK);
        if (item->key) cr_assert_eq(bon_buf_printf(out, "%s=", item->key), BON_OK);
        print(item, out);
    }
    cr_assert_eq(bon_buf_put(out, ends[1]), BON_OK);
}

Test(toml, reads_trees) {
    static const struct {
        const char *text, *tree;
    } rows[] = {
        {"", "{}"},
        {"# chỉ có lời bàn\n\r\n\t \n", "{}"},
        {"\xef\xbb\xbf"
         "a = 1",
         "{a=1}"},
        {"a = 1\r\nb = true # thế\nc=false", "{a=1,b=true,c=false}"},
        {"a = +1_000\nb = -17\nc = 0.5e-3\nd = 6E+2\ne = 0\nf = -0.0", "{a=1000,b=-17,c=0.5e-3,d=6e2,e=0,f=-0.0}"},
        {"a = \"xin\\tchào \\u00e0\\U0001F600\\\"\\\\\"", "{a=\"xin\tchào à😀\"\\\"}"},
        {"a = 'C:\\không\\thoát'\nb = ''\nc = \"\"", "{a=\"C:\\không\\thoát\",b=\"\",c=\"\"}"},
        {"\"khoá có dấu\" = 1\n'b c' = 2\n3 = 4\n-_ = 5", "{khoá có dấu=1,b c=2,3=4,-_=5}"},
        {"a.b.c = 1\na . b . d = 2\na.e = 3", "{a={b={c=1,d=2},e=3}}"},
        {"a = [ 1, 2 , # hai\n 3,\n]\nb = []\nc = [[1], ['x', \"y\"]]", "{a=[1,2,3],b=[],c=[[1],[\"x\",\"y\"]]}"},
        {"a = {b = 1, c.d = [2], e = {}}", "{a={b=1,c={d=[2]},e={}}}"},
        {"[a]\nb = 1\n[a.c]\nd = 2\n[ x . \"y z\" ]\n", "{a={b=1,c={d=2}},x={y z={}}}"},
        {"[a.b]\nc = 1\n[a]\nd = 2", "{a={b={c=1},d=2}}"},
        {"[[a]]\nb = 1\n[[a]]\nb = 2\n[a.c]\nd = 3\n[[a.e]]\n[[a.e]]", "{a=[{b=1},{b=2,c={d=3},e=[{},{}]}]}"},
        {"[steps.a]\nfor.\"tin_*\" = { x = 1 }\nfor.b = {}", "{steps={a={for={tin_*={x=1},b={}}}}}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bon_toml *toml;
        bon_buf tree = {0};
        cr_assert_eq(bon_toml_read(&toml, "r", rows[i].text, strlen(rows[i].text)), BON_OK, "row %zu: %s", i,
                     bon_error_message());
        print(&toml->root, &tree);
        cr_expect(tree.len == strlen(rows[i].tree) && memcmp(tree.data, rows[i].tree, tree.len) == 0, "row %zu: %.*s",
                  i, (int)tree.len, tree.data);
        bon_buf_free(&tree);
        bon_toml_close(toml);
    }
}

Test(toml, refuses_with_the_place) {
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"a", "r:1:2: expected '=' behind the key"},
        {"a =", "r:1:4: expected a value"},
        {"a = 1 2", "r:1:7: the line should end here"},
        {"\n= 1", "r:2:1: expected a key: letters, digits, - and _, or anything in quotes"},
        {"a. = 1", "r:1:4: expected a key: letters, digits, - and _, or anything in quotes"},
        {"khoá = 1", "r:1:4: expected '=' behind the key"},
        {"a = 1\n\na = 2", "r:3:1: 'a' is there already, in line 1"},
        {"a = 1\na.b = 2", "r:2:1: 'a' is there already, in line 1"},
        {"[a]\n[b]\n[a]", "r:3:2: 'a' is there already, in line 1"},
        {"a.b = 1\n[a]", "r:2:2: 'a' is there already, in line 1"},
        {"a = {b = 1}\n[a.c]", "r:2:2: 'a' in line 1 cannot be added to"},
        {"a = {b = 1}\na.c = 1", "r:2:1: 'a' is there already, in line 1"},
        {"a = []\n[[a]]", "r:2:3: 'a' is there already, in line 1"},
        {"[a]\n[[a]]", "r:2:3: 'a' is there already, in line 1"},
        {"[[a]]\n[a]", "r:2:2: 'a' is there already, in line 1"},
        {"a = 1\n[a.b]", "r:2:2: 'a' in line 1 cannot be added to"},
        {"[a", "r:1:3: expected ']' behind the name of the table"},
        {"[[a]", "r:1:5: expected ']]' behind the name of the table"},
        {"[a] b = 1", "r:1:5: the line should end here"},
        {"a = \"dở\nb = 1", "r:1:5: the string does not end on its line"},
        {"a = 'dở", "r:1:5: the string does not end on its line"},
        {"a = \"\"\"\nb\"\"\"", "r:1:5: strings over several lines are not read; write one line, \\n for a new one"},
        {"a = \"\\x\"", "r:1:6: no such escape; a literal string in '...' has none"},
        {"a = \"\\u12g4\"", "r:1:6: \\u wants 4 hexadecimal digits"},
        {"a = \"\\ud800\"", "r:1:6: the escape is no character that a recipe may have"},
        {"a = \"\\u0000\"", "r:1:6: the escape is no character that a recipe may have"},
        {"a = \"\x01\"", "r:1:6: a control character in a string; \\u0001 stands for it"},
        {"# \x7f", "r:1:3: a control character in a comment"},
        {"a = \"\xff\"", "r:1:6: byte 0xff is not UTF-8"},
        {"b = 1\na = [1 2]", "r:2:8: expected ',' or ']' in an array"},
        {"a = [1,\n", "r:2:1: expected a value"},
        {"a = {b = 1\n}", "r:1:11: expected ',' or '}' in an inline table, which is one line"},
        {"a = {b = 1,}", "r:1:12: expected a key: letters, digits, - and _, or anything in quotes"},
        {"a = {b = 1, b = 2}", "r:1:13: 'b' is there already, in line 1"},
        {"a = 2026-11-21", "r:1:5: '2026-11-21' is no value: write a \"string\", a decimal number, true or false"},
        {"a = 07:30", "r:1:5: '07:30' is no value: write a \"string\", a decimal number, true or false"},
        {"a = 0x1f", "r:1:5: '0x1f' is no value: write a \"string\", a decimal number, true or false"},
        {"a = 01", "r:1:5: '01' is no value: write a \"string\", a decimal number, true or false"},
        {"a = 1__0", "r:1:5: '1__0' is no value: write a \"string\", a decimal number, true or false"},
        {"a = 1_", "r:1:5: '1_' is no value: write a \"string\", a decimal number, true or false"},
        {"a = .5", "r:1:5: '.5' is no value: write a \"string\", a decimal number, true or false"},
        {"a = 1.", "r:1:5: '1.' is no value: write a \"string\", a decimal number, true or false"},
        {"a = inf", "r:1:5: 'inf' is no value: write a \"string\", a decimal number, true or false"},
        {"a = True", "r:1:5: 'True' is no value: write a \"string\", a decimal number, true or false"},
        {"a = đúng", "r:1:5: expected a value"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bon_toml *toml;
        cr_expect_eq(bon_toml_read(&toml, "r", rows[i].text, strlen(rows[i].text)), BON_ERR_DATA, "row %zu", i);
        cr_expect_str_eq(bon_error_message(), rows[i].message, "row %zu: %s", i, bon_error_message());
        cr_expect_null(toml);
    }
}

Test(toml, has_limits) {
    bon_buf text = {0};
    struct bon_toml *toml;
    for (unsigned i = 0; i < BON_TOML_KEYS + 1; i++) cr_assert_eq(bon_buf_printf(&text, "k%u = 1\n", i), BON_OK);
    cr_expect_eq(bon_toml_read(&toml, "r", text.data, text.len), BON_ERR_DATA);
    cr_expect_str_eq(bon_error_message(), "r:1025:1: a table of more than 1024 keys");
    text.len = 0;
    cr_assert_eq(bon_buf_printf(&text, "a = "), BON_OK);
    for (unsigned i = 0; i < BON_TOML_DEPTH + 1; i++) cr_assert_eq(bon_buf_put(&text, '['), BON_OK);
    cr_expect_eq(bon_toml_read(&toml, "r", text.data, text.len), BON_ERR_DATA);
    cr_expect_str_eq(bon_error_message(), "r:1:37: more than 32 arrays and tables in each other");
    text.len = 0;
    while (text.len <= BON_TOML_LARGEST) cr_assert_eq(bon_buf_printf(&text, "%1000d\n", 1), BON_OK);
    cr_expect_eq(bon_toml_read(&toml, "r", text.data, text.len), BON_ERR_DATA);
    cr_expect_str_eq(bon_error_message(), "r: more than 1 MiB: not a recipe");
    bon_buf_free(&text);
}

/* A long line of many values is read in linear time, also with the columns that every node has. */
Test(toml, reads_long_lines) {
    bon_buf text = {0};
    struct bon_toml *toml;
    cr_assert_eq(bon_buf_printf(&text, "a = ["), BON_OK);
    while (text.len < BON_TOML_LARGEST - 16) cr_assert_eq(bon_buf_printf(&text, "\"ă\","), BON_OK);
    cr_assert_eq(bon_buf_printf(&text, "1]"), BON_OK);
    cr_assert_eq(bon_toml_read(&toml, "r", text.data, text.len), BON_OK);
    cr_expect_eq(toml->root.first->last->column, 6 + 4 * (toml->root.first->count - 1));
    bon_toml_close(toml);
    bon_buf_free(&text);
}

static bon_status read_once(void *arg) {
    struct bon_toml *toml;
    const char *text = arg;
    bon_status status = bon_toml_read(&toml, "r", text, strlen(text));
    bon_toml_close(toml);
    return status;
}

Test(toml, allocation_failures) {
    static char text[] = "[[a.b]]\nc = [1, \"hai\", {d = 3.5}]\n[[a.b]]\n\"e f\".g = 'h'\n";
    failmalloc_check(read_once, text);
}
