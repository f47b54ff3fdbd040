# SPDX-License-Identifier: Apache-2.0
"""Each style check passes a good tree and names file and line of a bad example."""

import importlib
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "packaging/checks"))

APACHE = "// SPDX-License-Identifier: Apache-2.0\n"
GPL = "// SPDX-License-Identifier: GPL-3.0-or-later\n"


class Checks(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.top = pathlib.Path(self.folder.name)
        for text in ("Apache-2.0", "GPL-3.0-or-later"):
            self.write(f"LICENSES/{text}.txt", "text\n")

    def write(self, name: str, content: str):
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, newline="")

    def findings(self, check: str) -> str:
        return "\n".join(importlib.import_module(check).check(self.top))

    def test_layers_pass_a_good_tree(self):
        self.write("kernels/fft.h", '#include <span>\n')
        self.write("core/operators/tno.cpp", '#include <ATen/ATen.h>\n#include "kernels/fft.h"\n')
        self.write("core/runs/file.cpp", '#include <hdf5.h>\n#include <nlohmann/json.hpp>\n')
        self.write("widgets/panels/curves.cpp", '#include <QWidget>\n#include "core/runs/file.h"\n')
        self.write("app/engine/main.cpp", '#include "core/operators/tno.h"\n#include <torch/torch.h>\n')
        self.assertEqual(self.findings("layers"), "")

    def test_layers_see_each_wrong_include(self):
        cases = {
            "kernels/fft.cpp": ['#include "core/base/result.h"', "#include <ATen/ATen.h>", "#include <hdf5.h>",
                                "#include <nlohmann/json.hpp>", "#include <QString>"],
            "core/base/text.cpp": ['#include "widgets/plots/theme.h"', "#include <QtCore/QString>", "#include <torch/torch.h>",
                                   '#include "../base/result.h"', "#  include <c10/util/Half.h>"],
            "core/models/gtu.cpp": ["#include <QObject>", '#include "app/engine/command.h"'],
            "widgets/models/runs.cpp": ["#include <ATen/Tensor.h>", "#include <cuda_runtime.h>", '#include "app/window/x.h"',
                                        "#include <qcustomplot.h>"],
            "app/engine/main.cpp": ["#include <QApplication>", '#include "widgets/plots/theme.h"', '#include "app/window/x.h"'],
            "app/window/main.cpp": ["#include <torch/torch.h>", '#include "app/engine/command.h"'],
            "tests/core/base/text_test.cpp": ['#include "widgets/plots/theme.h"', "#include <ATen/ATen.h>"],
        }
        for name, lines in cases.items():
            for line in lines:
                with self.subTest(name=name, line=line):
                    self.write(name, "#include <vector>\n" + line + "\n")
                    self.assertIn(f"{name}:2:", self.findings("layers"))
            (self.top / name).unlink()

    def test_layers_see_torch_through_a_chain_of_headers(self):
        self.write("core/models/deep.h", "#include <ATen/ATen.h>\n")
        self.write("core/models/shallow.h", '#include "core/models/deep.h"\n')
        self.write("widgets/panels/ladder.cpp", '#include "core/models/shallow.h"\n')
        self.assertIn("widgets/panels/ladder.cpp:1: core/models/shallow.h: no LibTorch here", self.findings("layers"))

    def test_licences(self):
        self.write("core/base/a.cpp", APACHE)
        self.write("widgets/plots/b.h", GPL)
        self.write("toeplab", "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n")
        self.write("tests/e2e/c.cpp", GPL)
        self.assertEqual(self.findings("licences"), "")
        self.write("core/base/a.cpp", GPL)
        self.write("widgets/plots/b.h", "#pragma once\n" + GPL)
        self.write("tests/widgets/plots/d.cpp", APACHE)
        self.write("toeplab", "#!/bin/sh\necho\n")
        (self.top / "LICENSES/Apache-2.0.txt").unlink()
        found = self.findings("licences")
        for name in ("core/base/a.cpp:1: states GPL", "widgets/plots/b.h:1: no SPDX", "tests/widgets/plots/d.cpp:1: states Apache",
                     "toeplab:1: no SPDX", "LICENSES/Apache-2.0.txt: the licence's text is missing"):
            self.assertIn(name, found)

    def test_sizes(self):
        self.write("core/base/long.cpp", "\n" * 400)
        self.assertEqual(self.findings("sizes"), "")
        self.write("core/base/long.cpp", "\n" * 401)
        self.assertIn("core/base/long.cpp: 401 lines", self.findings("sizes"))

    def test_sizes_count_torch_units_through_headers_and_without_tests(self):
        self.write("core/models/m.h", "#include <ATen/ATen.h>\n")
        for number in range(30):
            self.write(f"core/models/m{number}.cpp", '#include "core/models/m.h"\n')
            self.write(f"tests/core/models/m{number}_test.cpp", '#include "core/models/m.h"\n')
        self.assertEqual(self.findings("sizes"), "")
        self.write("core/operators/o.cpp", "#include <torch/torch.h>\n")
        self.assertIn("31 translation units include LibTorch", self.findings("sizes"))

    def test_text(self):
        good = "see app/work/x, ~/Toeplab, $HOME/work/ and ${base}/root/y\n"
        self.write("core/base/a.cpp", good)
        self.assertEqual(self.findings("text"), "")
        for bad in ("a\tb\n", "trailing \n", "dos\r\n", "// TO" "DO later\n", "open /wo" "rk/x\n", '"/ro' 'ot/.cache"\n',
                    "/tm" "p/scratch/x\n", "http://10" ".0.0.1/\n", "https://py" "pi.org/simple\n", "no line end"):
            with self.subTest(bad=bad):
                self.write("core/base/a.cpp", "fine\n" + bad)
                self.assertIn("core/base/a.cpp:", self.findings("text"))

    def test_folders(self):
        self.write("core/runs/a.cpp", APACHE)
        self.write("kernels/fft/a.cpp", APACHE)
        self.write("core/runs/CMakeLists.txt", "toeplab_library(core_runs SOURCES a.cpp)\n")
        self.write("tests/core/runs/CMakeLists.txt", "toeplab_test(core_runs SOURCES a_test.cpp)\n")
        self.write("kernels/CMakeLists.txt", "toeplab_library(kernels SOURCES fft/a.cpp)\n")
        self.write("tests/kernels/CMakeLists.txt", "toeplab_test(kernels SOURCES a_test.cpp)\n")
        self.assertEqual(self.findings("folders"), "")
        self.write("tests/core/runs/CMakeLists.txt", "toeplab_test(core_tasks SOURCES a_test.cpp)\n")
        self.write("core/runs/CMakeLists.txt", "# toeplab_library(core_runs)\n")
        found = self.findings("folders")
        self.assertIn("core/runs: no toeplab_library(core_runs", found)
        self.assertIn("tests/core/runs: no toeplab_test(core_runs", found)

    def test_format(self):
        module = importlib.import_module("format")
        tool = module.find_tool()
        if not tool:
            self.skipTest("clang-format 14 is not installed")
        self.write(".clang-format", (ROOT / ".clang-format").read_text())
        self.write("core/base/a.cpp", APACHE + "int f()\n{\n    return 1;\n}\n")
        self.assertEqual(module.check(self.top, tool), [])
        self.write("core/base/a.cpp", APACHE + "int f() {\n  return 1; }\n")
        self.assertIn("core/base/a.cpp:2:", "\n".join(module.check(self.top, tool)))


if __name__ == "__main__":
    unittest.main()
