# SPDX-License-Identifier: MIT
# The warnings every target of ours is built with. They are errors in our own tree only:
# a consumer who builds the installed interface units with another compiler is not stopped by them.
add_library(portolan_warnings INTERFACE)
target_compile_options(portolan_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
