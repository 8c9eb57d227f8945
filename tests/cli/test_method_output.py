"""What a method prints while it is fitted by a command."""

import sys
import warnings

from hdr_bench.cli.method_output import method_output


def test_it_goes_to_standard_error_and_has_codes_in_a_terminal_alone(capsys, monkeypatch):
    with method_output():
        sys.stdout.write("\x1b[36m0.5\x1b[0m\n")
    assert capsys.readouterr() == ("", "0.5\n")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with method_output():
        sys.stdout.write("\x1b[36m0.5\x1b[0m\n")
    assert capsys.readouterr() == ("", "\x1b[36m0.5\x1b[0m\n")


def test_torchs_warning_of_images_that_cannot_be_written_to_is_left_out(recwarn):
    with method_output():
        warnings.warn("The given NumPy array is not writable, and", UserWarning, stacklevel=1)
        warnings.warn("the loss is not finite", UserWarning, stacklevel=1)
    assert [str(each.message) for each in recwarn] == ["the loss is not finite"]
