//! Transport class 0 (X.224, with the changes of RFC 1006).

/// The parameters of CR and CC.
pub(crate) struct Connect<'a> {
    pub(crate) destination: u16,
    pub(crate) source: u16,
    /// TPDU size in octets, a power of two from 128; `None` leaves the parameter out.
    pub(crate) tpdu_size: Option<u32>,
    pub(crate) calling: Option<&'a [u8]>,
    pub(crate) called: Option<&'a [u8]>,
}

impl Connect<'_> {
    /// CONNECTION REQUEST.
    pub(crate) fn cr(&self) -> Vec<u8> {
        self.encode(0xE0)
    }

    /// CONNECTION CONFIRM.
    pub(crate) fn cc(&self) -> Vec<u8> {
        self.encode(0xD0)
    }

    fn encode(&self, code: u8) -> Vec<u8> {
        let mut variable = Vec::new();
        if let Some(size) = self.tpdu_size {
            variable.extend([0xC0, 1, size.ilog2() as u8]);
        }
        for (parameter, selector) in [(0xC1, self.calling), (0xC2, self.called)] {
            if let Some(selector) = selector {
                variable.extend([parameter, selector.len() as u8]);
                variable.extend_from_slice(selector);
            }
        }
        let mut header = vec![code];
        header.extend_from_slice(&self.destination.to_be_bytes());
        header.extend_from_slice(&self.source.to_be_bytes());
        header.push(0);
        header.extend(variable);
        with_length(header)
    }
}

/// DISCONNECT REQUEST, with user data behind the header as RFC 1006 allows.
pub(crate) fn dr(destination: u16, source: u16, reason: u8, user_data: &[u8]) -> Vec<u8> {
    let mut header = vec![0x80];
    header.extend_from_slice(&destination.to_be_bytes());
    header.extend_from_slice(&source.to_be_bytes());
    header.push(reason);
    [with_length(header), user_data.to_vec()].concat()
}

/// The DATA TPDUs of one TSDU; each is at most `tpdu_size` octets long.
pub(crate) fn dt(tsdu: &[u8], tpdu_size: usize) -> Vec<Vec<u8>> {
    let pieces: Vec<_> = tsdu.chunks(tpdu_size - 3).collect();
    let last = pieces.len() - 1;
    let tpdu = |(index, piece): (usize, &&[u8])| {
        let end_of_tsdu = if index == last { 0x80 } else { 0 };
        [&[2, 0xF0, end_of_tsdu], *piece].concat()
    };
    pieces.iter().enumerate().map(tpdu).collect()
}

fn with_length(header: Vec<u8>) -> Vec<u8> {
    [vec![header.len() as u8], header].concat()
}
