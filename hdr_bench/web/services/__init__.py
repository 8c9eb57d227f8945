"""Operations shared by the API and the pages."""
