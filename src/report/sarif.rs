//! SARIF.
pub(super) fn write(_report: &super::Report, _out: &mut dyn std::io::Write) -> std::io::Result<()> {
    Ok(())
}
