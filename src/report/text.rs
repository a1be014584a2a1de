//! Text.
pub(super) fn write(
    _report: &super::Report,
    _style: super::Style,
    _out: &mut dyn std::io::Write,
) -> std::io::Result<()> {
    Ok(())
}
