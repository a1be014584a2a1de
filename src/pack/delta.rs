//! Deltas: a version of an object as a program over another one.

use super::error::Fault;

/// One instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// Bytes of the base.
    Copy {
        /// Where they begin in the base.
        from: usize,
        /// How many.
        len: usize,
    },
    /// Bytes of the delta itself.
    Insert {
        /// Where they begin in the delta stream.
        at: usize,
        /// How many.
        len: usize,
    },
}

/// A parsed delta. Copies that are neighbours both in the base and in the result are one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delta {
    /// The length of the base.
    pub base_len: usize,
    /// The length of the result, which is that of all instructions together.
    pub result_len: usize,
    /// What to do, in the order of the result.
    pub ops: Vec<Op>,
}

impl Delta {
    /// Reads a delta stream. Every instruction is checked against the stream and the base's declared length.
    pub fn parse(stream: &[u8]) -> Result<Delta, Fault> {
        let mut delta = Delta::default();
        delta.parse_within(stream, u64::MAX)?;
        Ok(delta)
    }

    /// [`Delta::parse`] that reuses the memory of this delta, and refuses results of more than `limit` bytes before
    /// it looks at the instructions. After a fault the instructions are meaningless.
    pub(crate) fn parse_within(&mut self, stream: &[u8], limit: u64) -> Result<(), Fault> {
        self.ops.clear();
        let mut at = 0;
        self.base_len = size(stream, &mut at)?;
        self.result_len = size(stream, &mut at)?;
        if self.result_len as u64 > limit {
            return Err(Fault::TooLarge { size: self.result_len as u64, limit });
        }
        let mut made = 0_usize;
        while let Some(&code) = stream.get(at) {
            let here = at;
            at += 1;
            let len = if code & 0x80 != 0 {
                self.copy(code, stream, &mut at)?
            } else if code != 0 {
                let len = code as usize;
                if stream.len() - at < len {
                    return Err(Fault::InstructionPastEnd { at: here as u64 });
                }
                self.ops.push(Op::Insert { at, len });
                at += len;
                len
            } else {
                return Err(Fault::ReservedInstruction { at: here as u64 });
            };
            made = made.saturating_add(len);
            if made > self.result_len {
                break;
            }
        }
        if made != self.result_len {
            return Err(Fault::ResultSize { declared: self.result_len as u64, actual: made as u64 });
        }
        Ok(())
    }

    fn copy(&mut self, code: u8, stream: &[u8], at: &mut usize) -> Result<usize, Fault> {
        let here = *at - 1;
        let mut number = 0_u64;
        for bit in 0..7 {
            if code & 1 << bit != 0 {
                let byte = *stream.get(*at).ok_or(Fault::InstructionPastEnd { at: here as u64 })?;
                *at += 1;
                number |= u64::from(byte) << (8 * bit);
            }
        }
        let from = number & 0xffff_ffff;
        let len = match number >> 32 {
            0 => 0x1_0000,
            len => len,
        };
        if from + len > self.base_len as u64 {
            return Err(Fault::CopyPastBase { from, len, base: self.base_len as u64 });
        }
        // Both fit: they are within `base_len`, a usize.
        let (from, len) = (from as usize, len as usize);
        match self.ops.last_mut() {
            Some(Op::Copy { from: before, len: sum }) if *before + *sum == from => *sum += len,
            _ => self.ops.push(Op::Copy { from, len }),
        }
        Ok(len)
    }

    /// Makes the result in `out`, whose former content is lost. `stream` is what the delta was parsed from.
    pub fn apply(&self, base: &[u8], stream: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
        if base.len() != self.base_len {
            return Err(Fault::BaseSize { declared: self.base_len as u64, actual: base.len() as u64 });
        }
        out.clear();
        out.reserve_exact(self.result_len);
        for op in &self.ops {
            match *op {
                Op::Copy { from, len } => out.extend_from_slice(slice(base, from, len).ok_or(Fault::CopyPastBase {
                    from: from as u64,
                    len: len as u64,
                    base: base.len() as u64,
                })?),
                Op::Insert { at, len } => {
                    out.extend_from_slice(slice(stream, at, len).ok_or(Fault::InstructionPastEnd { at: at as u64 })?)
                }
            }
        }
        Ok(())
    }
}

fn slice(bytes: &[u8], from: usize, len: usize) -> Option<&[u8]> {
    bytes.get(from..)?.get(..len)
}

/// A size: little-endian groups of seven bits.
fn size(stream: &[u8], at: &mut usize) -> Result<usize, Fault> {
    let mut size = 0_u64;
    let mut shift = 0;
    loop {
        let byte = *stream.get(*at).ok_or(Fault::DeltaHeader)?;
        *at += 1;
        let part = u64::from(byte & 0x7f);
        if shift > 63 || (part << shift) >> shift != part {
            return Err(Fault::NumberTooLarge);
        }
        size |= part << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return usize::try_from(size).map_err(|_| Fault::NumberTooLarge);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(stream: &[u8]) -> Fault {
        Delta::parse(stream).expect_err("a lie")
    }

    #[test]
    fn neighbouring_copies_are_one() {
        let stream = [8, 9, 0x91, 0, 2, 0x91, 2, 3, 1, b'x', 0x91, 5, 3];
        let delta = Delta::parse(&stream).expect("a good delta");
        assert_eq!(
            delta.ops,
            [Op::Copy { from: 0, len: 5 }, Op::Insert { at: 9, len: 1 }, Op::Copy { from: 5, len: 3 }]
        );
        let mut out = Vec::new();
        delta.apply(b"abcdefgh", &stream, &mut out).expect("applies");
        assert_eq!(out, b"abcdexfgh");
    }

    #[test]
    fn a_copy_of_zero_bytes_is_one_of_65536() {
        let stream = [0x80, 0x80, 4, 0x80, 0x80, 4, 0x80];
        let delta = Delta::parse(&stream).expect("a good delta");
        assert_eq!(delta.ops, [Op::Copy { from: 0, len: 65536 }]);
    }

    #[test]
    fn empty_results_need_no_instruction() {
        let delta = Delta::parse(&[3, 0]).expect("a good delta");
        let mut out = vec![1];
        delta.apply(b"abc", &[3, 0], &mut out).expect("applies");
        assert_eq!(out, b"");
    }

    #[test]
    fn each_lie_has_its_name() {
        assert!(matches!(fault(&[]), Fault::DeltaHeader));
        assert!(matches!(fault(&[0x80]), Fault::DeltaHeader));
        assert!(matches!(fault(&[0xff; 11]), Fault::NumberTooLarge));
        assert!(matches!(fault(&[4, 4, 0x91, 1, 4]), Fault::CopyPastBase { from: 1, len: 4, base: 4 }));
        assert!(matches!(fault(&[4, 4, 0x91, 1]), Fault::InstructionPastEnd { at: 2 }));
        assert!(matches!(fault(&[4, 4, 4, 1, 2, 3]), Fault::InstructionPastEnd { at: 2 }));
        assert!(matches!(fault(&[4, 4, 0]), Fault::ReservedInstruction { at: 2 }));
        assert!(matches!(fault(&[4, 4]), Fault::ResultSize { declared: 4, actual: 0 }));
        assert!(matches!(fault(&[4, 1, 2, 1, 2]), Fault::ResultSize { declared: 1, actual: 2 }));
        let delta = Delta::parse(&[4, 1, 0x90, 1]).expect("a good delta");
        let wrong = delta.apply(b"abc", &[4, 1, 0x90, 1], &mut Vec::new()).expect_err("another base");
        assert!(matches!(wrong, Fault::BaseSize { declared: 4, actual: 3 }));
    }
}
